-- Numbers handed out in blocks, e.g. for the human codes of work orders.
create table sequences (
    id         text    not null primary key,
    version    integer not null check (version > 0),
    next_value integer not null check (next_value > 0)
) without rowid;

create table work_orders (
    id                      text    not null primary key check (length(id) between 1 and 255),
    version                 integer not null check (version > 0),
    -- Version at which the document (not the chat) last changed: what readers see as version and ETag.
    document_version        integer not null check (document_version between 1 and version),
    code                    text    not null unique check (length(code) <= 50),
    title                   text    not null check (length(title) <= 200),
    status                  text    not null
        check (status in ('draft', 'released', 'in_progress', 'paused', 'completed', 'cancelled')),
    priority                text    not null check (priority in ('low', 'normal', 'high', 'urgent')),
    owner_id                text    not null references users (id),
    target_quantity         integer not null check (target_quantity > 0),
    start_at                text,
    end_at                  text check (end_at >= start_at),
    target_factory_id       text check (length(target_factory_id) <= 255),
    procurement_auto_notify integer not null default 0,
    over_production_percent integer not null default 0 check (over_production_percent >= 0),
    step_gate               integer not null default 1,
    last_message_sequence   integer not null default 0 check (last_message_sequence >= 0),
    created_at              text    not null,
    updated_at              text    not null
) without rowid;

create index work_orders_created_at on work_orders (created_at desc, id desc);
-- No index on updated_at: every command changes it, and an update of an indexed column writes an entry into each index of the
-- table, the trigram index included. Without it a report costs the server a third less; lists by updated_at sort what is left.
create index work_orders_owner on work_orders (owner_id, created_at desc);
create index work_orders_factory on work_orders (target_factory_id, created_at desc);
create index work_orders_status on work_orders (status, created_at desc);

create table work_order_steps (
    id                      text    not null primary key,
    work_order_id           text    not null references work_orders (id) on delete cascade,
    position                integer not null check (position >= 0),
    step_code               text    not null check (length(step_code) <= 50),
    step_name               text    not null check (length(step_name) <= 200),
    assignee_id             text references users (id),
    expected_quantity       integer not null check (expected_quantity > 0),
    completed_quantity      integer not null default 0 check (completed_quantity >= 0),
    defective_quantity      integer not null default 0 check (defective_quantity >= 0),
    estimated_completion_at text,
    status                  text    not null check (status in ('pending', 'in_progress', 'completed', 'skipped')),
    unique (work_order_id, step_code)
) without rowid;

create index work_order_steps_assignee on work_order_steps (assignee_id);

-- Append-only: the sum of a step's entries is the step's totals. version = the order's version after the entry.
create table work_order_progress_logs (
    work_order_id      text    not null references work_orders (id) on delete cascade,
    version            integer not null,
    id                 text    not null unique,
    step_code          text    not null,
    completed_quantity integer not null,
    defective_quantity integer not null,
    confirmation_mode  text    not null check (confirmation_mode in ('manual', 'scan', 'auto', 'customer')),
    confirmed_by       text    not null,
    confirmed_at       text    not null,
    corrects_log_id    text,
    reason             text,
    primary key (work_order_id, version)
) without rowid;

create table work_order_messages (
    id                text    not null primary key,
    work_order_id     text    not null references work_orders (id) on delete cascade,
    sequence          integer not null check (sequence > 0),
    message_type      text    not null check (message_type in ('text', 'image', 'file', 'system', 'ocr')),
    payload           text check (json_valid(payload)),
    client_message_id text,
    created_by        text    not null,
    created_at        text    not null,
    edited_at         text,
    deleted_at        text,
    unique (work_order_id, sequence)
) without rowid;

create table work_order_read_cursors (
    work_order_id      text    not null references work_orders (id) on delete cascade,
    user_id            text    not null,
    last_read_sequence integer not null check (last_read_sequence >= 0),
    updated_at         text    not null,
    primary key (work_order_id, user_id)
) without rowid;

create index work_order_read_cursors_user on work_order_read_cursors (user_id);
