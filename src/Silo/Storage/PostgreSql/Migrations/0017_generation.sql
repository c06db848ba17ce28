-- A prompt, four images, one model. Deleting a request takes its images and their jobs along; its model stays, with its user.
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

-- One model for each request at most, and for each image. What was generated and what was uploaded alike.
create table models (
    id                text        primary key,
    version           bigint      not null check (version > 0),
    user_id           text        not null references users (id) on delete cascade,
    source            text        not null check (source in ('AI_GENERATED', 'USER_UPLOADED')),
    request_id        text        constraint models_request_key unique references generation_requests (id) on delete set null,
    source_image_id   text        constraint models_source_image_key unique references generated_images (id) on delete set null,
    name              text        not null,
    description       text,
    model_url         text,
    preview_image_url text,
    format            text        not null default 'OBJ',
    file_size         bigint      check (file_size >= 0),
    visibility        text        not null check (visibility in ('PRIVATE', 'PUBLIC')),
    published_at      timestamptz,
    view_count        bigint      not null check (view_count >= 0),
    like_count        bigint      not null check (like_count >= 0),
    favorite_count    bigint      not null check (favorite_count >= 0),
    download_count    bigint      not null check (download_count >= 0),
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    completed_at      timestamptz,
    failed_at         timestamptz,
    error_message     text
) with (fillfactor = 80);

create index models_user on models (user_id, created_at desc);
create index models_source on models (source);
create index models_newest on models (visibility, published_at desc);
create index models_most_liked on models (visibility, like_count desc);

create table model_generation_jobs (
    id                 text        primary key,
    model_id           text        not null constraint model_generation_jobs_model_key unique references models (id) on delete cascade,
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

create index model_generation_jobs_status on model_generation_jobs (status, priority desc, created_at);
create index model_generation_jobs_retry on model_generation_jobs (status, next_retry_at);

create table model_interactions (
    id         text        primary key,
    user_id    text        not null references users (id) on delete cascade,
    model_id   text        not null references models (id) on delete cascade,
    type       text        not null check (type in ('LIKE', 'FAVORITE')),
    created_at timestamptz not null,
    constraint model_interactions_user_model_type_key unique (user_id, model_id, type)
);

create index model_interactions_mine on model_interactions (user_id, type, created_at desc);
create index model_interactions_model on model_interactions (model_id, type);
