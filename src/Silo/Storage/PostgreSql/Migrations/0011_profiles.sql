-- How a user is called and looks (of the system that had its own users), and when he last logged in.
-- deleted_at: when he deleted his account; the row stays, for orders refer to it, and says nothing about him any more.
alter table users
    add column name          varchar(255),
    add column avatar        text check (length(avatar) <= 2048),
    add column last_login_at timestamptz,
    add column deleted_at    timestamptz;

-- How a user appears on the web; at most one row a user, written by his grain.
create table user_web_profile (
    user_ai_id   varchar(255) primary key references users (id) on delete cascade,
    display_name varchar(100),
    avatar_url   text,
    role         varchar(100),
    preferences  jsonb,
    created_at   timestamptz  not null default now(),
    updated_at   timestamptz  not null default now()
);
