-- The second factor of a user's login (RFC 6238). secret: encrypted; confirmed_at: null while it is not yet proved and not asked for; last_step:
-- the time step of the last code, which and before which none is taken any more; recovery_codes: hashes of those that are left.
create table user_two_factor (
    user_id        text    not null primary key references users (id) on delete cascade,
    secret         text    not null,
    created_at     text    not null,
    confirmed_at   text,
    last_step      integer not null check (last_step >= 0),
    recovery_codes text    not null
) without rowid;
