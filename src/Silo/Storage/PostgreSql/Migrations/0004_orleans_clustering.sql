-- Membership of the cluster, for Orleans' AdoNet clustering. The provider reads its statements from OrleansQuery by key; the keys,
-- the parameters (@DeploymentId …) and the columns of the answers are its contract. SQLite has no such file: it serves one process.
create table OrleansQuery (
    QueryKey  varchar(64) primary key,
    QueryText text        not null
);

-- One row a cluster. Every change of membership raises the version, if it is still the one that the silo has read: so changes
-- follow one another, and two silos that declare each other dead cannot both succeed.
create table OrleansMembershipVersionTable (
    DeploymentId varchar(150) primary key,
    Timestamp    timestamptz  not null default now(),
    Version      int          not null default 0 check (Version >= 0)
);

create table OrleansMembershipTable (
    DeploymentId varchar(150) not null references OrleansMembershipVersionTable (DeploymentId),
    Address      varchar(45)  not null,
    Port         int          not null check (Port between 1 and 65535),
    Generation   int          not null,
    SiloName     varchar(150) not null,
    HostName     varchar(150) not null,
    -- Orleans' SiloStatus: 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead.
    Status       int          not null check (Status between 0 and 6),
    -- Where clients connect; 0: the silo has no gateway.
    ProxyPort    int          not null check (ProxyPort between 0 and 65535),
    -- Who suspects it and since when: S10.0.0.7:11111@82,2026-01-01 10:00:00.000 GMT|…
    SuspectTimes text,
    StartTime    timestamptz  not null,
    IAmAliveTime timestamptz  not null,
    primary key (DeploymentId, Address, Port, Generation)
);

insert into OrleansQuery (QueryKey, QueryText) values
('InsertMembershipVersionKey', $query$
    with inserted as (
        insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId)
        on conflict (DeploymentId) do nothing
        returning 1)
    select exists (select from inserted)
$query$),

('InsertMembershipKey', $query$
    with raised as (
        update OrleansMembershipVersionTable set Version = Version + 1, Timestamp = now()
        where DeploymentId = @DeploymentId and Version = @Version
          and not exists (
              select from OrleansMembershipTable
              where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
        returning 1),
    inserted as (
        insert into OrleansMembershipTable
            (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        from raised
        returning 1)
    select exists (select from inserted)
$query$),

('UpdateMembershipKey', $query$
    with raised as (
        update OrleansMembershipVersionTable set Version = Version + 1, Timestamp = now()
        where DeploymentId = @DeploymentId and Version = @Version
          and exists (
              select from OrleansMembershipTable
              where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
        returning 1),
    updated as (
        update OrleansMembershipTable set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
        from raised
        where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
        returning 1)
    select exists (select from updated)
$query$),

-- A sign of life is no change of membership: the version stays.
('UpdateIAmAlivetimeKey', $query$
    update OrleansMembershipTable set IAmAliveTime = @IAmAliveTime
    where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
$query$),

-- The version is answered also when there is no member.
('MembershipReadRowKey', $query$
    select v.Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime
    from OrleansMembershipVersionTable v
    left join OrleansMembershipTable m
        on m.DeploymentId = v.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
    where v.DeploymentId = @DeploymentId
$query$),

('MembershipReadAllKey', $query$
    select v.Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime
    from OrleansMembershipVersionTable v
    left join OrleansMembershipTable m on m.DeploymentId = v.DeploymentId
    where v.DeploymentId = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
    select Address, ProxyPort, Generation
    from OrleansMembershipTable
    where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0
$query$),

-- Silos that are gone for long; one that is active stays, however long it was silent.
('CleanupDefunctSiloEntriesKey', $query$
    delete from OrleansMembershipTable
    where DeploymentId = @DeploymentId and Status <> 3 and IAmAliveTime < @IAmAliveTime
$query$),

('DeleteMembershipTableEntriesKey', $query$
    with members as (delete from OrleansMembershipTable where DeploymentId = @DeploymentId)
    delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId
$query$);
