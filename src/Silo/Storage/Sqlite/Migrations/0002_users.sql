create table users (
    id            text    not null primary key check (length(id) between 1 and 255),
    version       integer not null check (version > 0),
    email         text    not null unique check (email = lower(email) and length(email) <= 255),
    password_hash text,
    username      text check (length(username) <= 100),
    tier          text    not null default 'free' check (tier in ('free', 'premium', 'enterprise')),
    role          text    not null default 'operator' check (role in ('operator', 'manager', 'admin')),
    factory_id    text check (length(factory_id) <= 255),
    created_at    text    not null,
    updated_at    text    not null
) without rowid;
