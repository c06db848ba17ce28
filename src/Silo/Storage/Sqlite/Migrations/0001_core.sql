-- Proof that a command was carried out, kept with its effect, so that a retry gets the first answer.
create table idempotency_keys (
    resource     text not null,
    caller_id    text not null,
    key          text not null,
    request_hash text not null,
    answer       blob not null,
    created_at   text not null,
    primary key (resource, caller_id, key)
) without rowid;

create index idempotency_keys_created_at_idx on idempotency_keys (created_at);

-- The change log. One writer, so positions become visible in their order: the position alone is the cursor. Positions are
-- never used twice, not even after the newest event is gone.
create table change_events (
    position  integer primary key autoincrement,
    partition integer not null,
    topic     text    not null,
    version   integer not null,
    kind      text    not null,
    data      text    not null check (json_valid(data)),
    actor     text    not null,
    at        text    not null,
    -- Who may learn of it, one name a line; administrators always may.
    audience  text    not null,
    unique (topic, version)
);

create index change_events_partition_position_idx on change_events (partition, position);

-- How far each consumer of the log has come.
create table change_log_checkpoints (
    consumer  text    not null,
    partition integer not null,
    position  integer not null,
    primary key (consumer, partition)
) without rowid;

-- Up to where old changes were dropped.
create table change_log_horizons (
    partition integer not null primary key,
    position  integer not null
);
