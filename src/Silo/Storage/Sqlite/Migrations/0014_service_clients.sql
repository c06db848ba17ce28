-- Services of the operator that call the API. secret_hash: SHA-256 of a secret of 256 random bits.
create table service_clients (
    id          text    not null primary key check (length(id) between 1 and 64),
    version     integer not null check (version > 0),
    secret_hash blob    not null,
    created_at  text    not null
) without rowid;
