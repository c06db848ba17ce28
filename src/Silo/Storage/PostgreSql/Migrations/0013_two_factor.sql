-- The second factor of a user's login (RFC 6238). secret: encrypted; confirmed_at: null while it is not yet proved and not asked for; last_step:
-- the time step of the last code, which and before which none is taken any more; recovery_codes: hashes of those that are left.
create table user_two_factor (
    user_id        text primary key references users (id) on delete cascade,
    secret         text        not null,
    created_at     timestamptz not null,
    confirmed_at   timestamptz,
    last_step      bigint      not null check (last_step >= 0),
    recovery_codes jsonb       not null
);

alter table user_two_factor enable row level security;
create policy own_rows on user_two_factor using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));
