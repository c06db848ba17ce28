using Actors.WorkOrders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Actors.Bench;

/// <summary>
/// Orleans' own grain storage on PostgreSQL: the order as one serialized value; no rows, no event, no key. Either as its users
/// get it (JSON, statements that are not prepared), or tuned: Orleans' binary serializer, prepared statements. The statement is
/// one plain update either way, which costs the server less than the function of Orleans' own script.
/// </summary>
internal sealed class AdoNetCandidate : Candidate
{
    private const string GrainType = "work-order";

    // The provider reads its statements from OrleansQuery; no package ships them.
    private const string Schema = """
        create table orleansquery (querykey varchar(64) primary key, querytext varchar(8000) not null);

        create table orleansstorage (
            grainidhash integer not null, grainidn0 bigint not null, grainidn1 bigint not null, graintypehash integer not null,
            graintypestring varchar(512) not null, grainidextensionstring varchar(512), serviceid varchar(150) not null,
            payloadbinary bytea, modifiedon timestamp not null, version integer) with (fillfactor = 80);

        create index orleansstorage_hashes on orleansstorage (grainidhash, graintypehash);

        insert into orleansquery values ('ReadFromStorageKey', '
            select payloadbinary, version from orleansstorage
            where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
              and graintypestring = @GrainTypeString and serviceid = @ServiceId
              and grainidextensionstring is not distinct from @GrainIdExtensionString'),
        ('WriteToStorageKey', '
            with changed as (
                update orleansstorage set payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
                where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
                  and graintypestring = @GrainTypeString and serviceid = @ServiceId
                  and grainidextensionstring is not distinct from @GrainIdExtensionString
                  and version = cast(@GrainStateVersion as integer)
                returning version),
            made as (
                insert into orleansstorage
                select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId,
                       @PayloadBinary, now(), 1
                where cast(@GrainStateVersion as integer) is null
                returning version)
            select coalesce((select version from changed), (select version from made), @GrainStateVersion) as newgrainstateversion'),
        ('ClearStorageKey', 'select 0');
        """;

    private readonly string _connectionString;
    private readonly AdoNetGrainStorage _storage;
    private readonly (Order Order, GrainId Id, GrainState<WorkOrder> State)[] _orders;

    public AdoNetCandidate(string name, string connectionString, bool isTuned, CommitBenchOptions bench, IServiceProvider services)
        : base(name)
    {
        var serializer = services.GetRequiredService<Serializer>();
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = bench.Callers };
        if (isTuned)
        {
            connection.MaxAutoPrepare = 64;
            connection.AutoPrepareMinUsages = 2;
            connection.NoResetOnClose = true;
            connection.Options = "-c jit=off -c plan_cache_mode=force_generic_plan";
        }

        _connectionString = connection.ConnectionString;
        var options = new AdoNetGrainStorageOptions
        {
            Invariant = "Npgsql",
            ConnectionString = _connectionString,
            GrainStorageSerializer = isTuned
                ? new OrleansGrainStorageSerializer(serializer)
                : ActivatorUtilities.CreateInstance<JsonGrainStorageSerializer>(services, ActivatorUtilities.CreateInstance<OrleansJsonSerializer>(services)),
        };
        _storage = new AdoNetGrainStorage(
            services.GetRequiredService<IActivatorProvider>(),
            services.GetRequiredService<ILogger<AdoNetGrainStorage>>(),
            Options.Create(options),
            Options.Create(new ClusterOptions { ServiceId = "actors" }),
            name);
        _orders =
        [
            .. Enumerable.Range(0, bench.Orders).Select(_ => new Order(Ids.New(TimeProvider.System.GetUtcNow()), serializer))
                .Select(order => (order, GrainId.Create(GrainType, order.Id), new GrainState<WorkOrder>())),
        ];
    }

    public override int Tables => 1;

    public override async Task PrepareAsync()
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand(Schema);
        await command.ExecuteNonQueryAsync();
        var lifecycle = new SiloLifecycleSubject(Microsoft.Extensions.Logging.Abstractions.NullLogger<SiloLifecycleSubject>.Instance);
        _storage.Participate(lifecycle);
        await lifecycle.OnStart();
        await ForEachAsync(_orders.Length, async index =>
        {
            await WriteAsync(index, _orders[index].Order.Create());
            await WriteAsync(index, _orders[index].Order.Release());
        });
    }

    public override async Task<string?> FindFaultAsync()
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand("select sum(version) from orleansstorage");
        var versions = (long)(await command.ExecuteScalarAsync())!;
        var writes = Reports + (2 * _orders.Length);
        return versions == writes ? null : $"versions are {versions}; acknowledged were {writes}";
    }

    public override ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        return ValueTask.CompletedTask;
    }

    protected override Task WriteReportAsync(int order) => WriteAsync(order, _orders[order].Order.Report());

    private async Task WriteAsync(int index, Change<WorkOrderState> change)
    {
        var (order, id, state) = _orders[index];
        state.State = change.Next!.Document;
        await _storage.WriteStateAsync(GrainType, id, state);
        order.Accept(change);
    }
}
