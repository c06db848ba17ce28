using Actors.Infrastructure;
using Actors.Storage;
using Actors.Storage.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.ChangeLog;

/// <summary>A log of the time before it had partitions, under a silo that goes on writing and reading with the statements it has prepared.</summary>
public sealed class LogByDayMigrationTests(PostgresServer server) : ChangeLogBed
{
    private const int LogByDay = 6;

    private string _connectionString = "";

    protected override async Task<string?> PostgresAsync() => _connectionString = await server.CreateDatabaseAsync();

    // Those after it, too: the users that the test writes have today's columns.
    protected override Task MigrateAsync() => MigrateAsync(Migration.Embedded("PostgreSql").Where(m => m.Version != LogByDay));

    [Fact]
    public async Task Order_and_positions_stay_and_go_on()
    {
        var partition = ChangeLogLimits.PartitionOf("users/u");
        await WriteAsync("u", 20);
        var before = await ReadAsync(partition, 20);

        await MigrateAsync(Migration.Embedded("PostgreSql"));
        await WriteAsync("u", 20);

        var after = await ReadAsync(partition, 40);
        Assert.Equal(before.Select(c => c.Cursor), after.Take(20).Select(c => c.Cursor));
        Assert.Equal(Enumerable.Range(1, 40).Select(v => (long)v), after.Select(c => c.Change.Version));
        Assert.Equal(after.Select(c => c.Cursor.Position).Order().Distinct(), after.Select(c => c.Cursor.Position));
        Assert.Equal(21, (await Log.ReadAsync(partition, before[^1].Cursor, 1, Cancellation)).Changes[0].Change.Version);
    }

    [Fact]
    public async Task An_empty_log_is_taken_over_too()
    {
        await MigrateAsync(Migration.Embedded("PostgreSql"));

        await WriteAsync("u", 1);

        Assert.Equal("change_events_part_first", await ScalarAsync<string>("select tableoid::regclass::text from change_events"));
    }

    private Task<IReadOnlyList<string>> MigrateAsync(IEnumerable<Migration> migrations) =>
        new PostgresMigrator(_connectionString, [.. migrations], TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync(Cancellation);
}
