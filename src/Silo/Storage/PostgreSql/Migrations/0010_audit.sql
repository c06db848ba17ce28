-- Who did what to what, when and from where; rows are added, and swept when they are too old, never changed. version: an entry that
-- tells of no change of rows is a commit of its own.
create table audit_logs (
    id              text primary key check (length(id) between 1 and 255),
    version         bigint       not null check (version = 1),
    at              timestamptz  not null,
    actor_id        varchar(255),
    actor_type      varchar(20)  not null check (actor_type in ('user', 'service', 'customer', 'system', 'anonymous')),
    -- The administrator who acted as the user that actor_id names.
    impersonator_id varchar(255),
    ip              varchar(64),
    action          varchar(100) not null,
    entity_type     varchar(50)  not null,
    entity_id       varchar(255) not null,
    -- {field: {before, after}}
    changes         jsonb        not null,
    request_id      varchar(128)
);

create index audit_logs_at_idx on audit_logs (at, id);
create index audit_logs_actor_id_at_idx on audit_logs (actor_id, at, id);
create index audit_logs_impersonator_id_at_idx on audit_logs (impersonator_id, at, id) where impersonator_id is not null;
create index audit_logs_entity_at_idx on audit_logs (entity_type, entity_id, at, id);
create index audit_logs_action_at_idx on audit_logs (action, at, id);

-- A locked user has no sessions and gets none.
alter table users add column locked boolean not null default false;

create index users_created_at_idx on users (created_at, id);
create index users_admins_idx on users (id) where role = 'admin';

-- The administrator who opened the session to act as its user; null: the user himself did.
alter table user_sessions add column impersonator_id varchar(255);
