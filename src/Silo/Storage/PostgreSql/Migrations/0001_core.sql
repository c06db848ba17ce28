-- Proof that a command was carried out, kept with its effect, so that a retry gets the first answer.
create table idempotency_keys (
    resource     text        not null,
    caller_id    text        not null,
    key          text        not null,
    request_hash text        not null,
    answer       bytea       not null,
    created_at   timestamptz not null,
    primary key (resource, caller_id, key)
);

-- Records come in the order of time: a block range index finds the old ones and costs a commit nothing.
create index idempotency_keys_created_at_idx on idempotency_keys using brin (created_at);

-- The change log. A reader's cursor is (xid, position), read up to the oldest transaction that still runs: a position alone
-- would skip a transaction that took its position early and committed late.
create table change_events (
    position  bigint      generated always as identity,
    xid       xid8        not null default pg_current_xact_id(),
    partition int         not null,
    topic     text        not null,
    version   bigint      not null,
    kind      text        not null,
    data      jsonb       not null,
    actor     text        not null,
    at        timestamptz not null,
    -- Who may learn of it, one name a line; administrators always may.
    audience  text        not null,
    primary key (topic, version)
);

create index change_events_partition_xid_position_idx on change_events (partition, xid, position);

-- How far each consumer of the log has come.
create table change_log_checkpoints (
    consumer   text        not null,
    partition  int         not null,
    xid        xid8        not null,
    position   bigint      not null,
    updated_at timestamptz not null default now(),
    primary key (consumer, partition)
);

-- Up to where old changes were dropped.
create table change_log_horizons (
    partition int    primary key,
    xid       xid8   not null,
    position  bigint not null
);
