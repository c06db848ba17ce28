-- Files of users. The bytes are in the store of files, under the key; pending: announced, and not checked yet.
create table blobs (
    id           text not null primary key check (length(id) between 1 and 255),
    version      integer not null check (version > 0),
    key          text not null unique check (length(key) <= 150),
    owner_id     text not null references users (id),
    purpose      text not null check (purpose in ('image', 'model', 'attachment', 'media')),
    content_type text not null check (length(content_type) <= 100),
    size         integer not null check (size > 0),
    sha256       text check (length(sha256) = 64),
    file_name    text check (length(file_name) <= 255),
    status       text not null check (status in ('pending', 'stored', 'deleted')),
    created_at   text not null,
    expires_at   text,
    stored_at    text,
    deleted_at   text,
    end_reason   text check (length(end_reason) <= 50),
    constraint blobs_pending_check check (status <> 'pending' or expires_at is not null),
    constraint blobs_stored_check check (status <> 'stored' or (sha256 is not null and stored_at is not null)),
    constraint blobs_deleted_check check ((status = 'deleted') = (deleted_at is not null))
) without rowid;

create index blobs_owner on blobs (owner_id, created_at desc, id);
create index blobs_tickets on blobs (expires_at) where status = 'pending';
create index blobs_deleted on blobs (deleted_at) where status = 'deleted';

-- What each user keeps or has announced: the sum over his items.
create table blob_quotas (
    id      text not null primary key references users (id),
    version integer not null check (version > 0),
    bytes   integer not null check (bytes >= 0),
    files   integer not null check (files >= 0)
) without rowid;

-- One item a blob. No key to blobs: an item comes before its blob and goes after it.
create table blob_quota_items (
    blob_id    text not null primary key check (length(blob_id) between 1 and 255),
    owner_id   text not null references blob_quotas (id),
    size       integer not null check (size > 0),
    created_at text not null
) without rowid;

create index blob_quota_items_owner on blob_quota_items (owner_id);
create index blob_quota_items_age on blob_quota_items (created_at);

-- The few who deleted their accounts: their files go.
create index users_deleted on users (id) where deleted_at is not null;
