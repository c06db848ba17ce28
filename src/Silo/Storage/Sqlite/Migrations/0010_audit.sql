-- Who did what to what, when and from where; rows are added, and swept when they are too old, never changed. version: an entry that
-- tells of no change of rows is a commit of its own.
create table audit_logs (
    id              text    not null primary key check (length(id) between 1 and 255),
    version         integer not null check (version = 1),
    at              text    not null,
    actor_id        text check (length(actor_id) <= 255),
    actor_type      text    not null check (actor_type in ('user', 'service', 'customer', 'system', 'anonymous')),
    -- The administrator who acted as the user that actor_id names.
    impersonator_id text check (length(impersonator_id) <= 255),
    ip              text check (length(ip) <= 64),
    action          text    not null check (length(action) <= 100),
    entity_type     text    not null check (length(entity_type) <= 50),
    entity_id       text    not null check (length(entity_id) <= 255),
    -- {field: {before, after}}
    changes         text    not null check (json_valid(changes)),
    request_id      text check (length(request_id) <= 128)
) without rowid;

create index audit_logs_at_idx on audit_logs (at, id);
create index audit_logs_actor_id_at_idx on audit_logs (actor_id, at, id);
create index audit_logs_impersonator_id_at_idx on audit_logs (impersonator_id, at, id) where impersonator_id is not null;
create index audit_logs_entity_at_idx on audit_logs (entity_type, entity_id, at, id);
create index audit_logs_action_at_idx on audit_logs (action, at, id);

-- A locked user has no sessions and gets none.
alter table users add column locked integer not null default 0 check (locked in (0, 1));

create index users_created_at_idx on users (created_at, id);
create index users_admins_idx on users (id) where role = 'admin';

-- The administrator who opened the session to act as its user; null: the user himself did.
alter table user_sessions add column impersonator_id text check (length(impersonator_id) <= 255);
