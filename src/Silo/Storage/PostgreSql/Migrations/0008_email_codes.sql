-- When the user proved that the address is his, and when his password was last set or taken away.
alter table users
    add column email_verified_at      timestamptz,
    add column credentials_changed_at timestamptz;

-- Codes sent by e-mail. code: its bcrypt hash. The newest of an address is the one that holds.
create table email_verification_codes (
    id          text primary key check (length(id) between 1 and 255),
    version     bigint       not null check (version > 0),
    email       varchar(255) not null check (email = lower(email)),
    code        varchar(255) not null,
    expires_at  timestamptz  not null,
    verified_at timestamptz,
    created_at  timestamptz  not null default now(),
    user_id     text references users (id) on delete cascade,
    attempts    int          not null default 0 check (attempts between 0 and 5)
);

create index email_verification_codes_email_created_at_idx on email_verification_codes (email, created_at desc);
create index email_verification_codes_email_expires_at_idx on email_verification_codes (email, expires_at);
create index email_verification_codes_expires_at_idx on email_verification_codes (expires_at);
create index email_verification_codes_user_id_idx on email_verification_codes (user_id) where user_id is not null;

-- Mails that are asked for and not yet handed over. A row goes when its mail is.
create table mail_outbox (
    id              text primary key check (length(id) between 1 and 255),
    recipient       varchar(255) not null,
    subject         varchar(255) not null,
    text            text         not null,
    html            text         not null,
    attempts        bigint       not null default 0 check (attempts >= 0),
    next_attempt_at timestamptz  not null,
    expires_at      timestamptz  not null,
    created_at      timestamptz  not null
);

create index mail_outbox_next_attempt_at_idx on mail_outbox (next_attempt_at);
