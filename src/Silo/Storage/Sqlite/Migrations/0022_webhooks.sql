-- Where a task's events are told. webhook_events: names, one space between them.
alter table generation_requests add column webhook_url text;
alter table generation_requests add column webhook_events text;

-- What signs the deliveries of a task, encrypted; apart from the task, so that nothing that shows tasks can show it.
create table webhook_secrets (
    request_id text not null primary key references generation_requests (id) on delete cascade,
    user_id    text not null references users (id) on delete cascade,
    secret     text not null
) without rowid;

-- Events that are told, each with its job, which has the same id.
create table webhook_deliveries (
    id                 text        not null primary key,
    version            integer     not null check (version > 0),
    request_id         text        not null references generation_requests (id) on delete cascade,
    user_id            text        not null references users (id) on delete cascade,
    event              text        not null check (event in ('created', 'image', 'completed', 'failed')),
    body               text        not null,
    status             text        not null check (status in ('PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT')),
    priority           integer     not null,
    attempt            integer     not null check (attempt >= 0),
    progress           integer     not null check (progress between 0 and 100),
    retry_count        integer     not null check (retry_count >= 0),
    max_retries        integer     not null check (max_retries >= 0),
    next_retry_at      text,
    timeout_at         text,
    provider_name      text,
    provider_job_id    text,
    created_at         text        not null,
    updated_at         text        not null,
    started_at         text,
    completed_at       text,
    failed_at          text,
    error_code         text,
    error_message      text,
    execution_duration integer check (execution_duration >= 0)
) without rowid;

create index webhook_deliveries_request on webhook_deliveries (request_id, created_at, id);
create index webhook_deliveries_user on webhook_deliveries (user_id);
create index webhook_secrets_user on webhook_secrets (user_id);
-- Only open jobs are looked for; those that are over leave the index. Operators look for what was given up.
create index webhook_deliveries_open on webhook_deliveries (created_at, id) where status in ('PENDING', 'RUNNING', 'RETRYING');
create index webhook_deliveries_given_up on webhook_deliveries (created_at, id) where status in ('FAILED', 'TIMEOUT', 'CANCELLED');
