using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.ChangeLog;

/// <summary>The log as the stream provider reads it.</summary>
public abstract partial class ChangeLogSpec
{
    private static int PartitionOfUser => ChangeLogLimits.PartitionOf("users/u");

    [Fact]
    public async Task What_is_wanted_comes_in_order_and_counts_as_handled_once_it_is_delivered()
    {
        await WriteAsync("u", 40);
        var receiver = Receiver(Kind);

        var batches = await ReceiveAsync(receiver, 40);
        Assert.Equal(Enumerable.Range(1, 40).Select(v => (long)v), batches.SelectMany(b => b.Changes).Select(c => c.Change.Version));
        Assert.All(batches, b => Assert.Equal(StreamId.Create("users", "u"), b.StreamId));
        Assert.True(batches.Count < 40, "Neighbours travel together.");

        await receiver.MessagesDeliveredAsync([batches[0]]);
        await receiver.Shutdown(TimeSpan.FromSeconds(10));
        Assert.Equal(batches[0].Cursor, await CheckpointAsync());
    }

    [Fact]
    public async Task What_was_not_delivered_when_a_reader_ended_comes_again_to_the_next()
    {
        await WriteAsync("u", 40);
        var first = Receiver(Kind);
        var batches = await ReceiveAsync(first, 40);
        await first.MessagesDeliveredAsync([batches[0]]);
        await first.Shutdown(TimeSpan.FromSeconds(10));

        var again = await ReceiveAsync(Receiver(Kind), 40 - batches[0].Changes.Length);

        Assert.Equal(batches[0].Changes.Length + 1, again[0].Changes[0].Change.Version);
    }

    [Fact]
    public async Task What_nobody_wants_is_no_message_and_is_passed_over()
    {
        await WriteAsync("u", 5);
        var receiver = Receiver("another kind");

        Assert.Empty(await receiver.GetQueueMessagesAsync(100, TestContext.Current.CancellationToken));
        await receiver.Shutdown(TimeSpan.FromSeconds(10));

        Assert.Equal(await Log.HeadAsync(PartitionOfUser, TestContext.Current.CancellationToken), await CheckpointAsync());
    }

    [Fact]
    public async Task What_nobody_wants_is_not_passed_over_while_something_before_it_is_on_its_way()
    {
        await WriteAsync("u", 1);
        var receiver = Receiver(Kind);
        await ReceiveAsync(receiver, 1);
        await WriteAsync(Neighbour("u"), 1, "another kind");

        await receiver.GetQueueMessagesAsync(100, TestContext.Current.CancellationToken);
        await receiver.Shutdown(TimeSpan.FromSeconds(10));

        Assert.Equal(default, await CheckpointAsync());
    }

    [Fact]
    public async Task A_stuck_consumer_stops_the_reading_of_his_partition_at_a_limit()
    {
        await WriteAsync("u", 3);
        var endless = new EndlessLog(Log, (await ReadAsync(PartitionOfUser, 3))[0].Change);
        var receiver = Receiver(Kind, endless);

        for (var poll = 0; poll < 2 * ChangeReceiver.MostOnTheWay / ChangeLogLimits.MaxPage; poll++)
        {
            await receiver.GetQueueMessagesAsync(100, TestContext.Current.CancellationToken);
        }

        Assert.InRange(endless.Given, ChangeReceiver.MostOnTheWay, ChangeReceiver.MostOnTheWay + ChangeLogLimits.MaxPage);
    }

    [Fact]
    public async Task Who_waits_for_what_is_wanted_is_not_woken_by_the_rest()
    {
        // The services of this spec have no consumer grains: nothing is wanted.
        using var choosy = Log.Watch(PartitionOfUser, onlyWanted: true);
        using var waiter = Log.Watch(PartitionOfUser);

        await WriteAsync("u", 1);

        Assert.True(await waiter.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.False(await choosy.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_change_is_left_aside_once_for_each_consumer()
    {
        var change = Change("u", 7);
        var cancel = TestContext.Current.CancellationToken;

        Assert.True(await Log.ParkAsync("one", change, "reason", Start, cancel));
        Assert.False(await Log.ParkAsync("one", change, "another reason", Start, cancel));
        Assert.True(await Log.ParkAsync("other", change, "reason", Start, cancel));
    }

    private ChangeReceiver Receiver(string kind, IChangeLog? log = null) => new(
        log ?? Log, new ChangeInterests([new ChangeInterest("users", kind)]), PartitionOfUser, TimeProvider.System, NullLogger<ChangeReceiver>.Instance);

    private static async Task<List<ChangeBatch>> ReceiveAsync(ChangeReceiver receiver, int changes)
    {
        var batches = new List<ChangeBatch>();
        await Infrastructure.Waiting.UntilAsync(
            async () =>
            {
                batches.AddRange((await receiver.GetQueueMessagesAsync(100, TestContext.Current.CancellationToken)).Cast<ChangeBatch>());
                return batches.Sum(b => b.Changes.Length) >= changes;
            },
            TimeSpan.FromSeconds(60),
            () => $"Only {batches.Sum(b => b.Changes.Length)} changes of {changes}.");
        return batches;
    }

    private Task<LogCursor> CheckpointAsync() =>
        Log.LoadCheckpointAsync(ChangeStreams.Consumer, PartitionOfUser, TestContext.Current.CancellationToken);

    /// <summary>Another user whose changes are in the same partition.</summary>
    protected static string Neighbour(string id) => Enumerable.Range(0, 1_000).Select(i => $"v{i}")
        .First(other => ChangeLogLimits.PartitionOf($"users/{other}") == ChangeLogLimits.PartitionOf($"users/{id}"));

    /// <summary>A log that always has a full page more.</summary>
    private sealed class EndlessLog(IChangeLog log, ChangeEvent change) : IChangeLog
    {
        public int Given { get; private set; }

        public Task<LogPage> ReadAsync(int partition, LogCursor after, int limit, CancellationToken cancellationToken)
        {
            Given += limit;
            return Task.FromResult(new LogPage(
                [.. Enumerable.Range(1, limit).Select(i => new LoggedChange(new(after.Transaction, after.Position + i), change))], IsPending: false));
        }

        public Task<LogCursor> HeadAsync(int partition, CancellationToken cancellationToken) => log.HeadAsync(partition, cancellationToken);

        public Task<LogCursor> HorizonAsync(int partition, CancellationToken cancellationToken) => log.HorizonAsync(partition, cancellationToken);

        public LogWaiter Watch(int partition, bool onlyWanted = false) => log.Watch(partition, onlyWanted);

        public Task<LogCursor> LoadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken) =>
            log.LoadCheckpointAsync(consumer, partition, cancellationToken);

        public Task SaveCheckpointAsync(string consumer, int partition, LogCursor cursor, CancellationToken cancellationToken) =>
            log.SaveCheckpointAsync(consumer, partition, cursor, cancellationToken);

        public Task<bool> ParkAsync(string consumer, ChangeEvent change, string reason, DateTimeOffset at, CancellationToken cancellationToken) =>
            log.ParkAsync(consumer, change, reason, at, cancellationToken);
    }
}
