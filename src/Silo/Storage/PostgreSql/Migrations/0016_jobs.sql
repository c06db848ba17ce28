-- How each queue works; a queue without a row works by the defaults. Times in milliseconds.
create table queue_configs (
    id               text        primary key,
    version          bigint      not null check (version > 0),
    queue_name       text        not null constraint queue_configs_queue_name_key unique,
    max_concurrency  integer     not null default 1 check (max_concurrency > 0),
    job_timeout      bigint      not null default 300000 check (job_timeout > 0),
    max_retries      integer     not null default 3 check (max_retries >= 0),
    retry_delay_base bigint      not null default 5000 check (retry_delay_base >= 0),
    retry_delay_max  bigint      not null default 60000 check (retry_delay_max >= retry_delay_base),
    enable_priority  boolean     not null default false,
    is_active        boolean     not null default true,
    created_at       timestamptz not null,
    updated_at       timestamptz not null
);

-- Jobs without a table of their own. attempt: number of the present or last attempt, which fences what workers report.
create table jobs (
    id                 text        primary key,
    version            bigint      not null check (version > 0),
    queue              text        not null,
    user_id            text        not null,
    user_limit         integer     not null check (user_limit >= 0),
    work               text        not null,
    result             text,
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

-- Only open jobs are looked for; those that are over leave the index.
create index jobs_open on jobs (queue, created_at, id) where status in ('PENDING', 'RUNNING', 'RETRYING');
