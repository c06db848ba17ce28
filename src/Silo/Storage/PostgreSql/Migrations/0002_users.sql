create table users (
    id            text primary key check (length(id) between 1 and 255),
    version       bigint       not null check (version > 0),
    email         varchar(255) not null unique check (email = lower(email)),
    password_hash varchar(255),
    username      varchar(100),
    tier          varchar(20)  not null default 'free' check (tier in ('free', 'premium', 'enterprise')),
    role          varchar(20)  not null default 'operator' check (role in ('operator', 'manager', 'admin')),
    factory_id    varchar(255),
    created_at    timestamptz  not null default now(),
    updated_at    timestamptz  not null default now()
);
