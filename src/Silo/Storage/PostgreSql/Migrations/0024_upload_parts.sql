-- Names the put in parts of a blob in the store of files; null: nobody asked for one.
alter table blobs add column parts_id text;
