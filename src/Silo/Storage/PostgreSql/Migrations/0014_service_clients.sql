-- Services of the operator that call the API. secret_hash: SHA-256 of a secret of 256 random bits.
create table service_clients (
    id          text primary key check (length(id) between 1 and 64),
    version     bigint      not null check (version > 0),
    secret_hash bytea       not null,
    created_at  timestamptz not null
);
