-- As on PostgreSQL: every command on an order changes updated_at, so that an index on it is written by each of them.
drop index if exists work_orders_updated_at;
