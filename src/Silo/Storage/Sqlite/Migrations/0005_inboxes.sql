-- What waits for each user; kept up to date by the changes of the orders.
create table inboxes (
    id         text    not null primary key references users (id),
    version    integer not null check (version > 0),
    unread     integer not null check (unread >= 0),
    updated_at text    not null
) without rowid;

-- How each order's chat stands for each user who takes part in it. seen_version: the order's version up to which its changes are
-- contained; handled: how many were applied since. No key to work_orders: the inbox alone takes its rows away.
create table inbox_work_orders (
    user_id            text    not null references inboxes (id),
    work_order_id      text    not null,
    seen_version       integer not null check (seen_version > 0),
    last_read_sequence integer not null check (last_read_sequence >= 0),
    unread             integer not null check (unread >= 0),
    handled            integer not null check (handled >= 0),
    updated_at         text    not null,
    primary key (user_id, work_order_id)
) without rowid;

create index inbox_work_orders_work_order on inbox_work_orders (work_order_id);

-- Changes that a consumer could not handle and left aside, so that those after them went on.
create table change_log_dead_letters (
    consumer text    not null,
    topic    text    not null,
    version  integer not null,
    reason   text    not null,
    at       text    not null,
    primary key (consumer, topic, version)
) without rowid;
