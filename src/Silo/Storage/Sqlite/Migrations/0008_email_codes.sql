-- When the user proved that the address is his, and when his password was last set or taken away.
alter table users add column email_verified_at text;
alter table users add column credentials_changed_at text;

-- Codes sent by e-mail. code: its bcrypt hash. The newest of an address is the one that holds.
create table email_verification_codes (
    id          text    not null primary key check (length(id) between 1 and 255),
    version     integer not null check (version > 0),
    email       text    not null check (email = lower(email) and length(email) <= 255),
    code        text    not null,
    expires_at  text    not null,
    verified_at text,
    created_at  text    not null,
    user_id     text references users (id) on delete cascade,
    attempts    integer not null default 0 check (attempts between 0 and 5)
) without rowid;

create index email_verification_codes_email_created_at_idx on email_verification_codes (email, created_at desc);
create index email_verification_codes_email_expires_at_idx on email_verification_codes (email, expires_at);
create index email_verification_codes_expires_at_idx on email_verification_codes (expires_at);
create index email_verification_codes_user_id_idx on email_verification_codes (user_id) where user_id is not null;

-- Mails that are asked for and not yet handed over. A row goes when its mail is.
create table mail_outbox (
    id              text    not null primary key check (length(id) between 1 and 255),
    recipient       text    not null check (length(recipient) <= 255),
    subject         text    not null check (length(subject) <= 255),
    text            text    not null,
    html            text    not null,
    attempts        integer not null default 0 check (attempts >= 0),
    next_attempt_at text    not null,
    expires_at      text    not null,
    created_at      text    not null
) without rowid;

create index mail_outbox_next_attempt_at_idx on mail_outbox (next_attempt_at);
