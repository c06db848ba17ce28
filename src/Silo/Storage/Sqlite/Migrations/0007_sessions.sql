-- Logins that hold: one row a device. generation counts how often the refresh token was exchanged; no token is stored.
create table user_sessions (
    id           text    not null primary key check (length(id) between 1 and 255),
    user_id      text    not null references users (id),
    device_name  text check (length(device_name) <= 100),
    user_agent   text check (length(user_agent) <= 255),
    ip           text check (length(ip) <= 64),
    created_at   text    not null,
    last_seen_at text    not null,
    expires_at   text    not null,
    generation   integer not null check (generation > 0),
    rotated_at   text    not null
) without rowid;

create index user_sessions_user on user_sessions (user_id);

-- Who failed to prove who he is, and how often; id: a hash of the e-mail address (whether it has an account or not), or an IP address.
create table sign_in_failures (
    id             text    not null primary key check (length(id) between 1 and 255),
    version        integer not null check (version > 0),
    failures       integer not null check (failures >= 0),
    last_failed_at text    not null,
    locked_until   text
) without rowid;

create index sign_in_failures_age on sign_in_failures (last_failed_at);

-- Keys that sign tokens; the one with the highest number signs. private_key is encrypted.
create table signing_keys (
    id          text    not null primary key check (length(id) between 1 and 255),
    version     integer not null check (version > 0),
    number      integer not null unique check (number > 0),
    public_key  blob    not null,
    private_key text    not null,
    created_at  text    not null
) without rowid;

-- The key ring that encrypts secrets in this database; itself encrypted by the master key, which is not in it.
create table data_protection_keys (
    id         text not null primary key check (length(id) between 1 and 255),
    xml        text not null,
    created_at text not null
) without rowid;
