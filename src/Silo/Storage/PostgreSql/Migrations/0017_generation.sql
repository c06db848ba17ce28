-- A prompt and four images. Deleting a request takes its images and their jobs along.
create table generation_requests (
    id                   text        primary key,
    version              bigint      not null check (version > 0),
    user_id              text        not null references users (id) on delete cascade,
    prompt               text        not null,
    status               text        not null check (status in ('IMAGE_PENDING', 'IMAGE_GENERATING', 'IMAGE_COMPLETED', 'IMAGE_FAILED', 'MODEL_PENDING',
                                                                'MODEL_GENERATING', 'MODEL_COMPLETED', 'MODEL_FAILED', 'COMPLETED', 'FAILED', 'CANCELLED')),
    phase                text        not null check (phase in ('IMAGE_GENERATION', 'AWAITING_SELECTION', 'MODEL_GENERATION', 'COMPLETED')),
    selected_image_index integer     check (selected_image_index between 0 and 3),
    created_at           timestamptz not null,
    updated_at           timestamptz not null,
    completed_at         timestamptz
) with (fillfactor = 80);

create index generation_requests_user on generation_requests (user_id, created_at desc);
create index generation_requests_status on generation_requests (status, phase);

create table generated_images (
    id            text        primary key,
    request_id    text        not null references generation_requests (id) on delete cascade,
    index         integer     not null check (index between 0 and 3),
    image_url     text,
    image_prompt  text,
    image_status  text        not null check (image_status in ('PENDING', 'GENERATING', 'COMPLETED', 'FAILED')),
    created_at    timestamptz not null,
    completed_at  timestamptz,
    failed_at     timestamptz,
    error_message text,
    constraint generated_images_request_index_key unique (request_id, index)
) with (fillfactor = 80);

create index generated_images_status on generated_images (image_status);

create table image_generation_jobs (
    id                 text        primary key,
    image_id           text        not null constraint image_generation_jobs_image_key unique references generated_images (id) on delete cascade,
    status             text        not null check (status in ('PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT')),
    priority           integer     not null,
    attempt            integer     not null check (attempt >= 0),
    progress           integer     not null check (progress between 0 and 100),
    retry_count        integer     not null check (retry_count >= 0),
    max_retries        integer     not null check (max_retries >= 0),
    next_retry_at      timestamptz,
    timeout_at         timestamptz,
    provider_name      text,
    provider_job_id    text,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    started_at         timestamptz,
    completed_at       timestamptz,
    failed_at          timestamptz,
    error_code         text,
    error_message      text,
    execution_duration bigint check (execution_duration >= 0)
) with (fillfactor = 70);

create index image_generation_jobs_status on image_generation_jobs (status, priority desc, created_at);
create index image_generation_jobs_retry on image_generation_jobs (status, next_retry_at);

alter table generation_requests enable row level security;
create policy own_rows on generation_requests using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));
