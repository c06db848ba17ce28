using Actors.Chaos.Faults;
using Actors.Chaos.Feeds;
using Actors.Chaos.Load;
using Actors.Infrastructure;

namespace Actors.Chaos;

/// <summary>Everybody who uses the system during a run: crews that write, and watchers of what they write.</summary>
public sealed class Clients : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly CancellationTokenSource _enoughWritten = new();
    private readonly CancellationTokenSource _enoughSeen = new();
    private readonly Acknowledged _acknowledged;
    private readonly List<Writer> _writers;
    private readonly List<Watcher> _watchers = [];
    private readonly List<Task> _working = [];
    private readonly List<Task> _watching = [];

    private Clients(List<Crew> crews, Acknowledged acknowledged)
    {
        (Crews, _acknowledged) = (crews, acknowledged);
        _writers = [.. crews.SelectMany(c => new[] { c.Foreman, c.Colleague })];
    }

    public IReadOnlyList<Crew> Crews { get; }

    public IReadOnlyList<Watcher> Watchers => _watchers;

    /// <summary>Tries of writers that failed so far.</summary>
    public int Failures => _writers.Sum(w => w.Failures);

    /// <summary>
    /// Gathers crews and lets them work. Each crew's own order is watched by server-sent events and by a WebSocket, all its orders together
    /// by another stream, from different frontends.
    /// </summary>
    public static async Task<Clients> StartAsync(int crews, int seed, IReadOnlyList<HttpClient> frontends, Acknowledged acknowledged, Stalls stalls)
    {
        var gathered = new List<Crew>();
        for (var number = 1; number <= crews; number++)
        {
            gathered.Add(await Crew.GatherAsync(number, seed, frontends, acknowledged, stalls));
        }

        var clients = new Clients(gathered, acknowledged);
        try
        {
            clients.Watch(gathered.Select(c => new Watcher(
                new EventStreamFeed("all orders", "/api/v1/events?topics=work-orders", c.Owns, from: null), c.User, acknowledged, stalls)));
            await clients.UntilAsync(() => clients.Watchers.All(w => w.IsOpen), "The lists do not say where they begin.");
            await Task.WhenAll(gathered.Select(c => c.BeginAsync()));
            clients.Watch(gathered.SelectMany(c => WatchersOf(c, acknowledged, stalls)));
            clients._working.AddRange(gathered.SelectMany(c => c.Work(clients._enoughWritten.Token)));
            return clients;
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for so many acknowledged commands more.</summary>
    public Task MoreAsync(int commands)
    {
        var target = _acknowledged.Count + commands;
        return UntilAsync(() => _acknowledged.Count >= target, $"Not {commands} commands more were acknowledged.");
    }

    /// <summary>Waits until every writer has had a command acknowledged that he sent after this, and every watcher has seen what was acknowledged until then.</summary>
    public async Task SettleAsync()
    {
        // The one that is under way may be older.
        var targets = _writers.Select(w => (Writer: w, Done: w.Done + 2)).ToList();
        await UntilAsync(() => targets.TrueForAll(t => t.Writer.Done >= t.Done), "A writer does not get on.");
        await UntilSeenAsync();
    }

    /// <summary>Ends the writing, waits until all of it was seen, ends the watching.</summary>
    public async Task EndAsync()
    {
        await _enoughWritten.CancelAsync();
        await Task.WhenAll(_working);
        await UntilSeenAsync();
        await _enoughSeen.CancelAsync();
        await Task.WhenAll(_watching);
    }

    /// <summary>Waits for something that the clients bring about. What one of them finds wrong ends the wait.</summary>
    public Task UntilAsync(Func<bool> condition, string timeoutMessage) => Waiting.UntilAsync(
        async () =>
        {
            await (_working.Concat(_watching).FirstOrDefault(t => t.IsFaulted) ?? Task.CompletedTask);
            return condition();
        },
        Deadline,
        () => timeoutMessage);

    public async ValueTask DisposeAsync()
    {
        await _enoughWritten.CancelAsync();
        await _enoughSeen.CancelAsync();
        // What they found is thrown by whoever waited for them; here they only have to be gone.
        await Task.WhenAll([.. _working, .. _watching]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _enoughWritten.Dispose();
        _enoughSeen.Dispose();
    }

    private static IEnumerable<Watcher> WatchersOf(Crew crew, Acknowledged acknowledged, Stalls stalls)
    {
        var topic = $"work-orders/{crew.OrderId}";
        bool Covers(string other) => other == topic;
        return
        [
            new(new EventStreamFeed(topic, $"/api/v1/{topic}/events", Covers, from: "0"), crew.User, acknowledged, stalls),
            new(new SocketFeed(topic, Covers, from: "0"), [.. crew.User.Reverse()], acknowledged, stalls),
        ];
    }

    private void Watch(IEnumerable<Watcher> watchers)
    {
        foreach (var watcher in watchers)
        {
            _watchers.Add(watcher);
            _watching.Add(watcher.WatchAsync(_enoughSeen.Token));
        }
    }

    private Task UntilSeenAsync()
    {
        var targets = Watchers.SelectMany(w => w.Topics.Select(t => (Watcher: w, Topic: t, Version: _acknowledged.Topics[t]))).ToList();
        return UntilAsync(
            () => targets.TrueForAll(t => t.Watcher.VersionOf(t.Topic) >= t.Version), "A live feed does not bring what was acknowledged.");
    }
}
