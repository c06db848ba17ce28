-- By which accounts of other systems a user signs in.
create table user_identities (
    id         text primary key check (length(id) between 1 and 255),
    version    bigint       not null check (version > 0),
    provider   varchar(50)  not null,
    subject    varchar(255) not null,
    user_id    text         not null references users (id) on delete cascade,
    email      varchar(255) not null,
    created_at timestamptz  not null,
    unique (provider, subject)
);

create index user_identities_user_id_idx on user_identities (user_id);
