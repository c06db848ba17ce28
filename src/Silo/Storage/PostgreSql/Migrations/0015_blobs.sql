-- Files of users. The bytes are in the store of files, under the key; pending: announced, and not checked yet.
create table blobs (
    id           text primary key check (length(id) between 1 and 255),
    version      bigint not null check (version > 0),
    key          varchar(150) not null unique,
    owner_id     text not null references users (id),
    purpose      varchar(20) not null check (purpose in ('image', 'model', 'attachment', 'media')),
    content_type varchar(100) not null,
    size         bigint not null check (size > 0),
    sha256       varchar(64) check (length(sha256) = 64),
    file_name    varchar(255),
    status       varchar(10) not null check (status in ('pending', 'stored', 'deleted')),
    created_at   timestamptz not null,
    expires_at   timestamptz,
    stored_at    timestamptz,
    deleted_at   timestamptz,
    end_reason   varchar(50),
    constraint blobs_pending_check check (status <> 'pending' or expires_at is not null),
    constraint blobs_stored_check check (status <> 'stored' or (sha256 is not null and stored_at is not null)),
    constraint blobs_deleted_check check ((status = 'deleted') = (deleted_at is not null))
) with (fillfactor = 80);

create index blobs_owner on blobs (owner_id, created_at desc, id);
create index blobs_tickets on blobs (expires_at) where status = 'pending';
create index blobs_deleted on blobs (deleted_at) where status = 'deleted';

-- What each user keeps or has announced: the sum over his items.
create table blob_quotas (
    id      text primary key references users (id),
    version bigint not null check (version > 0),
    bytes   bigint not null check (bytes >= 0),
    files   bigint not null check (files >= 0)
) with (fillfactor = 80);

-- One item a blob. No key to blobs: an item comes before its blob and goes after it.
create table blob_quota_items (
    blob_id    text primary key check (length(blob_id) between 1 and 255),
    owner_id   text not null references blob_quotas (id),
    size       bigint not null check (size > 0),
    created_at timestamptz not null
);

create index blob_quota_items_owner on blob_quota_items (owner_id);
create index blob_quota_items_age on blob_quota_items (created_at);

-- The few who deleted their accounts: their files go.
create index users_deleted on users (id) where deleted_at is not null;

alter table blobs enable row level security;
create policy own_rows on blobs using ((select current_setting('actors.rows', true)) in ('all', 'user:' || owner_id));

alter table blob_quotas enable row level security;
create policy own_rows on blob_quotas using ((select current_setting('actors.rows', true)) in ('all', 'user:' || id));

alter table blob_quota_items enable row level security;
create policy own_rows on blob_quota_items using ((select current_setting('actors.rows', true)) in ('all', 'user:' || owner_id));
