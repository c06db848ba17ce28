-- The change log in partitions by day: what is too old goes as a whole, in a moment, and leaves no dead rows behind.
--
-- The day is that of the database's clock (UTC) when the writing transaction began: one clock for all silos, and the same for every
-- row of a commit. It says how old a row is, not where it stands: a transaction that began before midnight may stand, by its xid,
-- behind one that began after it. The order remains (xid, position).
--
-- Partitions are named change_events_part_…: the program takes that out of the names of broken constraints.

-- What was written until today stays where it is, without being copied, and counts as written today. The new key costs one index.
alter table change_events rename to change_events_part_first;
alter index change_events_partition_xid_position_idx rename to change_events_part_first_partition_xid_position_idx;
alter table change_events_part_first
    add column day date not null default (now() at time zone 'utc')::date,
    drop constraint change_events_pkey,
    add constraint change_events_part_first_pkey primary key (topic, version, day);

-- PostgreSQL 15 has no identity columns in partitioned tables. Positions go on where they were.
create sequence change_events_positions;
select setval('change_events_positions', nextval(pg_get_serial_sequence('change_events_part_first', 'position')));
alter table change_events_part_first alter column position drop identity;

create table change_events (
    position  bigint      not null default nextval('change_events_positions'),
    xid       xid8        not null default pg_current_xact_id(),
    partition int         not null,
    topic     text        not null,
    version   bigint      not null,
    kind      text        not null,
    data      jsonb       not null,
    actor     text        not null,
    at        timestamptz not null,
    -- Who may learn of it, one name a line; administrators always may.
    audience  text        not null,
    day       date        not null default (now() at time zone 'utc')::date,
    -- Of one day only; over days, the version of the entity's row lets no version be written twice.
    primary key (topic, version, day)
) partition by range (day);

alter sequence change_events_positions owned by change_events.position;
create index change_events_partition_xid_position_idx on change_events (partition, xid, position);

do $$
begin
    execute format(
        'alter table change_events attach partition change_events_part_first for values from (minvalue) to (%L)',
        (now() at time zone 'utc')::date + 1);
end $$;

-- Takes what no day's partition takes: writes never depend on somebody having made the next one.
create table change_events_part_other partition of change_events default;
