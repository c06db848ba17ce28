using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static Actors.Storage.SpecTables;

namespace Actors.Storage;

public sealed class GroupCommitterTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HeldWriter _writer = new();

    [Fact]
    public async Task A_lone_commit_flies_at_once()
    {
        var committer = Committer();

        var commit = committer.CommitAsync(New(Named("a")));
        (await _writer.NextFlightAsync()).Land();

        Assert.Equal(CommitOutcome.Committed, await commit.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Commits_gather_while_every_flight_is_in_the_air_and_fly_sorted()
    {
        var committer = Committer(flights: 1);
        _ = committer.CommitAsync(New(Named("first")));
        var first = await _writer.NextFlightAsync();

        foreach (var id in (string[])["c", "a", "d", "b"])
        {
            _ = committer.CommitAsync(New(Named(id)));
        }

        first.Land();
        Assert.Equal(["a", "b", "c", "d"], (await _writer.NextFlightAsync()).Ids);
    }

    [Fact]
    public async Task No_more_flights_than_allowed_are_in_the_air()
    {
        var committer = Committer(flights: 2, maxBatch: 1);
        var commits = Many(10).Select(committer.CommitAsync).ToArray();

        for (var i = 0; i < 10; i++)
        {
            var flight = await _writer.NextFlightAsync();
            Assert.InRange(_writer.InTheAir, 1, 2);
            flight.Land();
        }

        await Task.WhenAll(commits).WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Another_flight_starts_with_half_a_batch()
    {
        var committer = Committer(flights: 2, maxBatch: 4);
        _ = committer.CommitAsync(New(Named("first")));
        await _writer.NextFlightAsync();

        _ = committer.CommitAsync(New(Named("a")));
        _ = committer.CommitAsync(New(Named("b")));

        Assert.Equal(["a", "b"], (await _writer.NextFlightAsync()).Ids);
    }

    [Fact]
    public async Task A_batch_takes_no_more_than_its_limit()
    {
        var committer = Committer(flights: 1, maxBatch: 3);
        _ = committer.CommitAsync(New(Named("first")));
        var first = await _writer.NextFlightAsync();
        _ = Many(4).Select(committer.CommitAsync).ToArray();

        first.Land();
        var second = await _writer.NextFlightAsync();
        Assert.Equal(3, second.Ids.Count);
        second.Land();
        Assert.Single((await _writer.NextFlightAsync()).Ids);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_takes_again_when_it_has_room()
    {
        var committer = Committer(flights: 1, queueLimit: 2);
        _ = committer.CommitAsync(New(Named("first")));
        var first = await _writer.NextFlightAsync();
        _ = committer.CommitAsync(New(Named("a")));
        _ = committer.CommitAsync(New(Named("b")));

        var refused = committer.CommitAsync(New(Named("c")));
        Assert.True(refused.IsCompletedSuccessfully);
        Assert.Equal(CommitOutcome.NotWritten, await refused);

        first.Land();
        var second = await _writer.NextFlightAsync();
        Assert.False(committer.CommitAsync(New(Named("d"))).IsCompleted);
        second.Land();
    }

    [Fact]
    public async Task Two_commits_of_one_root_are_never_in_the_air_together()
    {
        var committer = Committer(flights: 2, maxBatch: 4);
        _ = committer.CommitAsync(New(Named("a")));
        var first = await _writer.NextFlightAsync();

        var second = committer.CommitAsync(Next(Named("a") with { Version = 2 }, expected: 1));
        _ = committer.CommitAsync(New(Named("b")));
        var other = await _writer.NextFlightAsync();
        Assert.Equal(["b"], other.Ids);
        other.Land();
        Assert.False(second.IsCompleted);

        first.Land();
        var last = await _writer.NextFlightAsync();
        Assert.Equal(["a"], last.Ids);
        last.Land();
        Assert.Equal(CommitOutcome.Committed, await second.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task When_the_writer_fails_in_an_unforeseen_way_outcomes_are_unknown_and_the_next_batch_flies()
    {
        var committer = Committer(flights: 1);
        var lost = committer.CommitAsync(New(Named("a")));
        (await _writer.NextFlightAsync()).Crash();
        Assert.Equal(CommitOutcome.Unknown, await lost.WaitAsync(Deadline, TestContext.Current.CancellationToken));

        var next = committer.CommitAsync(New(Named("b")));
        (await _writer.NextFlightAsync()).Land();
        Assert.Equal(CommitOutcome.Committed, await next.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Closing_waits_for_what_is_queued_and_takes_nothing_new()
    {
        var committer = Committer(flights: 1);
        var queued = committer.CommitAsync(New(Named("a")));
        var flight = await _writer.NextFlightAsync();

        var closing = committer.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        Assert.Equal(CommitOutcome.NotWritten, await committer.CommitAsync(New(Named("b"))));

        flight.Land();
        await closing.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(CommitOutcome.Committed, await queued);
    }

    [Fact]
    public async Task Outcomes_batches_and_the_queue_are_measured()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var seen = new ConcurrentBag<string>();
        using var listener = new MeterListener();
        var instruments = new CommitInstruments(meters.GetRequiredService<IMeterFactory>());
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters.GetRequiredService<IMeterFactory>()))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => seen.Add($"{i.Name} {value} {tags[0].Value}"));
        listener.SetMeasurementEventCallback<int>((i, value, _, _) => seen.Add($"{i.Name} {value}"));
        listener.Start();
        var committer = new GroupCommitter(_writer, new StorageOptions(), flights: 1, instruments, NullLogger.Instance);

        var commit = committer.CommitAsync(New(Named("a")));
        (await _writer.NextFlightAsync()).Land();
        await commit.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        listener.RecordObservableInstruments();

        Assert.Contains("actors.storage.commits 1 Committed", seen, StringComparer.Ordinal);
        Assert.Contains("actors.storage.batch.size 1", seen, StringComparer.Ordinal);
        Assert.Contains("actors.storage.queue.length 0", seen, StringComparer.Ordinal);
    }

    private GroupCommitter Committer(int flights = 2, int queueLimit = 100, int maxBatch = 100)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var options = new StorageOptions { QueueLimit = queueLimit, MaxBatch = maxBatch };
        return new GroupCommitter(_writer, options, flights, new CommitInstruments(meters), NullLogger.Instance);
    }

    /// <summary>Holds every flight until the test lets it land.</summary>
    private sealed class HeldWriter : IBatchWriter
    {
        private readonly System.Threading.Channels.Channel<Flight> _flights = System.Threading.Channels.Channel.CreateUnbounded<Flight>();
        private int _inTheAir;

        public int InTheAir => Volatile.Read(ref _inTheAir);

        public async Task<Flight> NextFlightAsync() =>
            await _flights.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        public async Task WriteAsync(IReadOnlyList<Commit> batch, CommitOutcome[] outcomes)
        {
            Interlocked.Increment(ref _inTheAir);
            var flight = new Flight([.. batch.Select(c => c.Id)]);
            await _flights.Writer.WriteAsync(flight);
            await flight.Landed;
            Interlocked.Decrement(ref _inTheAir);
            Array.Fill(outcomes, CommitOutcome.Committed);
        }
    }

    private sealed class Flight(IReadOnlyList<string> ids)
    {
        private readonly TaskCompletionSource _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<string> Ids => ids;

        public Task Landed => _landed.Task;

        public void Land() => _landed.SetResult();

        public void Crash() => _landed.SetException(new InvalidOperationException("unforeseen"));
    }
}
