using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.ChangeLog;

/// <summary>What every change log promises, whatever the store.</summary>
public abstract partial class ChangeLogSpec : ChangeLogBed
{
    [Fact]
    public async Task Every_change_is_read_once_and_in_order_while_it_is_written()
    {
        const int writers = 32, changes = 40;
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(writer => WriteAsync($"u{writer}", changes)));

        var read = await Task.WhenAll(Enumerable.Range(0, ChangeLogLimits.Partitions).Select(async partition =>
        {
            var mine = Enumerable.Range(0, writers).Count(w => ChangeLogLimits.PartitionOf($"users/u{w}") == partition) * changes;
            return await ReadAsync(partition, mine);
        }));
        await writing;

        Assert.All(read, page => Assert.Equal(page.Order(Comparer<LoggedChange>.Create((x, y) => x.Cursor.CompareTo(y.Cursor))), page));
        var versions = read.SelectMany(page => page).GroupBy(c => c.Change.Topic).ToList();
        Assert.Equal(writers, versions.Count);
        Assert.All(versions, topic => Assert.Equal(Enumerable.Range(1, changes).Select(v => (long)v), topic.Select(c => c.Change.Version)));
    }

    [Fact]
    public async Task A_change_is_read_as_it_was_written()
    {
        await WriteAsync("u", 1);
        var partition = ChangeLogLimits.PartitionOf("users/u");

        var change = Assert.Single(await ReadAsync(partition, 1));

        Assert.Equal(("users/u", 1L, "kind", "actor", Start), (change.Change.Topic, change.Change.Version, change.Change.Kind, change.Change.Actor, change.Change.At));
        Assert.Equal(["user:u", "factory:中"], change.Change.Audience);
        Assert.Equal(change.Cursor, await Log.HeadAsync(partition, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_checkpoint_never_moves_back()
    {
        var cancel = TestContext.Current.CancellationToken;
        Assert.Equal(default, await Log.LoadCheckpointAsync("c", 3, cancel));

        await Log.SaveCheckpointAsync("c", 3, new(0, 7), cancel);
        await Log.SaveCheckpointAsync("c", 3, new(0, 5), cancel);
        await Log.SaveCheckpointAsync("d", 3, new(0, 6), cancel);

        Assert.Equal(new(0, 7), await Log.LoadCheckpointAsync("c", 3, cancel));
    }

    [Fact]
    public async Task A_watcher_is_woken_by_a_commit_of_his_partition()
    {
        using var waiter = Log.Watch(ChangeLogLimits.PartitionOf("users/u"));

        await WriteAsync("u", 1);

        Assert.True(await waiter.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }
}

/// <inheritdoc />
public sealed class SqliteChangeLogTests : ChangeLogSpec
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

/// <inheritdoc />
public sealed class PostgresChangeLogTests(PostgresServer server) : ChangeLogSpec
{
    protected override async Task<string?> PostgresAsync() => await server.CreateDatabaseAsync();

    [Fact]
    public async Task A_transaction_that_began_earlier_and_commits_later_is_not_skipped()
    {
        var partition = ChangeLogLimits.PartitionOf("users/late");
        var early = Enumerable.Range(0, 1000).Select(i => $"e{i}").First(id => ChangeLogLimits.PartitionOf($"users/{id}") == partition);
        await using var connection = await Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = connection.CreateCommand())
        {
            command.CommandText =
                $"""
                insert into change_events (topic, version, partition, kind, data, actor, at, audience)
                values ('users/late', 1, {partition}, 'kind', '{"{}"}', 'actor', now(), '')
                """;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await WriteAsync(early, 1); // begins later, commits earlier
        var meanwhile = await Log.ReadAsync(partition, default, 10, TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Empty(meanwhile.Changes);
        Assert.True(meanwhile.IsPending);
        Assert.Equal(["users/late", $"users/{early}"], (await ReadAsync(partition, 2)).Select(c => c.Change.Topic));
    }

    [Fact]
    public async Task Another_silo_is_told_of_changes_and_which_of_them_are_wanted()
    {
        var cancel = TestContext.Current.CancellationToken;
        var limit = TimeSpan.FromSeconds(20);
        await using var writer = Silo(new ChangeInterest("users", "wanted"));
        var partition = ChangeLogLimits.PartitionOf("users/u");
        using var listener = ActivatorUtilities.CreateInstance<LogListener>(Services);
        using var choosy = Log.Watch(partition, onlyWanted: true);
        using var waiter = Log.Watch(partition);
        await listener.StartAsync(cancel);
        Assert.True(await choosy.WaitAsync(limit, cancel)); // It listens, and what came before is not known.
        Assert.True(await waiter.WaitAsync(limit, cancel));

        await WriteAsync("u", 1, "another kind", writer);
        Assert.True(await waiter.WaitAsync(limit, cancel));
        Assert.False(await choosy.WaitAsync(TimeSpan.Zero, cancel));

        await WriteAsync(Neighbour("u"), 1, "wanted", writer);
        Assert.True(await choosy.WaitAsync(limit, cancel));
        await listener.StopAsync(cancel);
    }
}
