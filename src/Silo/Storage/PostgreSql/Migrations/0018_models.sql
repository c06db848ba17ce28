-- The version of a request in which its image was chosen last: what its model tells belongs to one choice.
alter table generation_requests add column selection bigint not null default 0 check (selection >= 0);

-- 3D models: made from an image, or brought along. A request has one, for ever. model_url, preview_image_url: ids of files; parts: names and ids of files
-- that the model's file refers to, as JSON. document_version: the ETag; version counts likes and views, too.
create table models (
    id                text        primary key,
    version           bigint      not null check (version > 0),
    document_version  bigint      not null check (document_version > 0),
    user_id           text        not null references users (id) on delete cascade,
    source            text        not null default 'AI_GENERATED' check (source in ('AI_GENERATED', 'USER_UPLOADED')),
    request_id        text        constraint models_request_id_key unique references generation_requests (id) on delete set null,
    source_image_id   text        constraint models_source_image_id_key unique references generated_images (id) on delete set null,
    selection         bigint      not null check (selection >= 0),
    name              text        not null,
    description       text,
    model_url         text,
    preview_image_url text,
    parts             text,
    format            text        not null default 'OBJ' check (format in ('OBJ', 'GLB', 'STL')),
    file_size         bigint      check (file_size > 0),
    visibility        text        not null default 'PRIVATE' check (visibility in ('PRIVATE', 'PUBLIC')),
    published_at      timestamptz,
    view_count        bigint      not null default 0 check (view_count >= 0),
    like_count        bigint      not null default 0 check (like_count >= 0),
    favorite_count    bigint      not null default 0 check (favorite_count >= 0),
    download_count    bigint      not null default 0 check (download_count >= 0),
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    completed_at      timestamptz,
    failed_at         timestamptz,
    error_message     text,
    constraint models_published_check check (visibility = 'PRIVATE' or (published_at is not null and completed_at is not null))
) with (fillfactor = 80);

create index models_user on models (user_id, created_at desc, id desc);
create index models_source on models (source);
create index models_newest on models (visibility, published_at desc, id desc);
create index models_most_liked on models (visibility, like_count desc, id desc);
create index models_search on models using gin (lower(name) gin_trgm_ops, lower(description) gin_trgm_ops) where visibility = 'PUBLIC';

-- How often words are, so that a search for a frequent one walks the newest, and one for a rare one the index of words.
create statistics models_words on (lower(name)), (lower(description)) from models;

create table model_generation_jobs (
    id                 text        primary key,
    model_id           text        not null constraint model_generation_jobs_model_key unique references models (id) on delete cascade,
    work               text        not null,
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

-- Who likes or keeps which model.
create table model_interactions (
    id         text        primary key,
    user_id    text        not null references users (id) on delete cascade,
    model_id   text        not null references models (id) on delete cascade,
    type       text        not null check (type in ('LIKE', 'FAVORITE')),
    created_at timestamptz not null,
    constraint model_interactions_user_model_type_key unique (user_id, model_id, type)
);

create index model_interactions_user on model_interactions (user_id, type, created_at desc, id desc);
create index model_interactions_model on model_interactions (model_id, type);

alter table models enable row level security;
create policy own_rows on models using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));
alter table model_interactions enable row level security;
create policy own_rows on model_interactions using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));

-- The gallery: public models, with what their owners call themselves and where their pictures are. Row level
-- security does not bind it: it reads as the owner of the tables, and shows nothing that is not public.
create view gallery_models as
select m.id, m.user_id, coalesce(p.display_name, u.username, u.name) as author, m.name, m.description, m.format, m.file_size, m.source, m.visibility,
       m.published_at, m.view_count, m.like_count, m.favorite_count, m.download_count, m.created_at, m.completed_at, m.failed_at, b.key as preview_key
from models m
join users u on u.id = m.user_id
left join user_web_profile p on p.user_ai_id = m.user_id
left join blobs b on b.id = m.preview_image_url and b.status = 'stored'
where m.visibility = 'PUBLIC';
