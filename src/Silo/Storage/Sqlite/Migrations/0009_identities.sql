-- By which accounts of other systems a user signs in.
create table user_identities (
    id         text    not null primary key check (length(id) between 1 and 255),
    version    integer not null check (version > 0),
    provider   text    not null check (length(provider) <= 50),
    subject    text    not null check (length(subject) <= 255),
    user_id    text    not null references users (id) on delete cascade,
    email      text    not null check (length(email) <= 255),
    created_at text    not null,
    unique (provider, subject)
) without rowid;

create index user_identities_user_id_idx on user_identities (user_id);
