-- How a user is called and looks (of the system that had its own users), and when he last logged in.
-- deleted_at: when he deleted his account; the row stays, for orders refer to it, and says nothing about him any more.
alter table users add column name text check (length(name) <= 255);
alter table users add column avatar text check (length(avatar) <= 2048);
alter table users add column last_login_at text;
alter table users add column deleted_at text;

-- How a user appears on the web; at most one row a user, written by his grain.
create table user_web_profile (
    user_ai_id   text not null primary key check (length(user_ai_id) <= 255) references users (id) on delete cascade,
    display_name text check (length(display_name) <= 100),
    avatar_url   text,
    role         text check (length(role) <= 100),
    preferences  text,
    created_at   text not null,
    updated_at   text not null
) without rowid;
