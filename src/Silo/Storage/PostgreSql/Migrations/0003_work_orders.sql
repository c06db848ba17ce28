create extension if not exists pg_trgm;

-- Numbers handed out in blocks, e.g. for the human codes of work orders.
create table sequences (
    id         text primary key,
    version    bigint not null check (version > 0),
    next_value bigint not null check (next_value > 0)
);

create table work_orders (
    id                      text primary key check (length(id) between 1 and 255),
    version                 bigint       not null check (version > 0),
    -- Version at which the document (not the chat) last changed: what readers see as version and ETag.
    document_version        bigint       not null check (document_version between 1 and version),
    code                    varchar(50)  not null unique,
    title                   varchar(200) not null,
    status                  varchar(20)  not null
        check (status in ('draft', 'released', 'in_progress', 'paused', 'completed', 'cancelled')),
    priority                varchar(20)  not null check (priority in ('low', 'normal', 'high', 'urgent')),
    owner_id                text         not null references users (id),
    target_quantity         bigint       not null check (target_quantity > 0),
    start_at                timestamptz,
    end_at                  timestamptz check (end_at >= start_at),
    target_factory_id       varchar(255),
    procurement_auto_notify boolean      not null default false,
    over_production_percent bigint       not null default 0 check (over_production_percent >= 0),
    step_gate               boolean      not null default true,
    last_message_sequence   bigint       not null default 0 check (last_message_sequence >= 0),
    created_at              timestamptz  not null,
    updated_at              timestamptz  not null
) with (fillfactor = 80);

create index work_orders_created_at on work_orders (created_at desc, id desc);
-- No index on updated_at: every command changes it, and an update of an indexed column writes an entry into each index of the
-- table, the trigram index included. Without it a report costs the server a third less; lists by updated_at sort what is left.
create index work_orders_owner on work_orders (owner_id, created_at desc);
create index work_orders_factory on work_orders (target_factory_id, created_at desc);
create index work_orders_status on work_orders (status, created_at desc);
create index work_orders_search on work_orders using gin (lower(title) gin_trgm_ops, lower(code) gin_trgm_ops);

create table work_order_steps (
    id                      text primary key,
    work_order_id           text         not null references work_orders (id) on delete cascade,
    position                bigint       not null check (position >= 0),
    step_code               varchar(50)  not null,
    step_name               varchar(200) not null,
    assignee_id             text references users (id),
    expected_quantity       bigint       not null check (expected_quantity > 0),
    completed_quantity      bigint       not null default 0 check (completed_quantity >= 0),
    defective_quantity      bigint       not null default 0 check (defective_quantity >= 0),
    estimated_completion_at timestamptz,
    status                  varchar(20)  not null check (status in ('pending', 'in_progress', 'completed', 'skipped')),
    unique (work_order_id, step_code)
) with (fillfactor = 80);

create index work_order_steps_assignee on work_order_steps (assignee_id);

-- Append-only: the sum of a step's entries is the step's totals. version = the order's version after the entry. No foreign key:
-- an entry is written by the statement that updates its order's row, and an order that has entries is never deleted; checking it
-- again for every report would cost the server a sixth of the whole commit.
create table work_order_progress_logs (
    work_order_id      text        not null,
    version            bigint      not null,
    id                 text        not null unique,
    step_code          varchar(50) not null,
    completed_quantity bigint      not null,
    defective_quantity bigint      not null,
    confirmation_mode  varchar(20) not null check (confirmation_mode in ('manual', 'scan', 'auto', 'customer')),
    confirmed_by       text        not null,
    confirmed_at       timestamptz not null,
    corrects_log_id    text,
    reason             varchar(1000),
    primary key (work_order_id, version)
);

create table work_order_messages (
    id                text primary key,
    work_order_id     text        not null references work_orders (id) on delete cascade,
    sequence          bigint      not null check (sequence > 0),
    message_type      varchar(20) not null check (message_type in ('text', 'image', 'file', 'system', 'ocr')),
    payload           jsonb,
    client_message_id varchar(255),
    created_by        text        not null,
    created_at        timestamptz not null,
    edited_at         timestamptz,
    deleted_at        timestamptz,
    unique (work_order_id, sequence)
);

create table work_order_read_cursors (
    work_order_id      text        not null references work_orders (id) on delete cascade,
    user_id            text        not null,
    last_read_sequence bigint      not null check (last_read_sequence >= 0),
    updated_at         timestamptz not null,
    primary key (work_order_id, user_id)
);

create index work_order_read_cursors_user on work_order_read_cursors (user_id);
