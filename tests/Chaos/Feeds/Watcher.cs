using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Actors.Chaos.Faults;
using Actors.Chaos.Load;
using Actors.Infrastructure;

namespace Actors.Chaos.Feeds;

/// <summary>
/// A live client: reads a feed, comes back after its last event when the connection ends (at the next frontend), and holds every event
/// against the promise: within a topic versions go up by exactly one.
/// </summary>
/// <param name="feed">What it reads.</param>
/// <param name="frontends">The user at each frontend; the first is tried first.</param>
/// <param name="acknowledged">What writers were told, to know how late an event is.</param>
/// <param name="stalls">Where lateness is noted.</param>
public sealed class Watcher(IFeed feed, IReadOnlyList<ActorsClient> frontends, Acknowledged acknowledged, Stalls stalls)
{
    // What the server asks for with every 503.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, List<Effect>> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _versions = new(StringComparer.Ordinal);
    private long _changes;

    /// <summary>Whether the server has said where the feed begins.</summary>
    public bool IsOpen => feed.Token is not null;

    /// <summary>The topics that it covers, of all that were written to.</summary>
    public IEnumerable<string> Topics => acknowledged.Topics.Keys.Where(feed.Covers);

    /// <summary>The last version that it saw of a topic.</summary>
    public long VersionOf(string topic) => _versions.GetValueOrDefault(topic);

    /// <summary>What it saw of a topic, in order; to be read when it has ended.</summary>
    public IReadOnlyList<Effect> SeenOf(string topic) => _seen.GetValueOrDefault(topic) ?? [];

    public override string ToString() => feed.Name;

    /// <summary>Watches until told that it is enough.</summary>
    public async Task WatchAsync(CancellationToken enough)
    {
        for (var (connection, failures) = (0, 0); !enough.IsCancellationRequested; connection++)
        {
            var before = _changes;
            var pause = TimeSpan.Zero;
            try
            {
                await ReadAsync(frontends[connection % frontends.Count], enough);
            }
            catch (HttpRequestException refused) when (refused.StatusCode is { } status)
            {
                Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{feed.Name} was refused after {feed.Token}: {status}, {refused.Message}");
                pause = RetryAfter;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or WebSocketException or OperationCanceledException)
            {
                // It comes back.
            }

            failures = _changes == before ? failures + 1 : 1;
            stalls.OnReconnect();
            await PauseAsync(pause > TimeSpan.Zero ? pause : Waiting.PauseAfter(failures, frontends.Count), enough);
        }
    }

    private async Task ReadAsync(ActorsClient user, CancellationToken enough)
    {
        await foreach (var change in feed.OpenAsync(user, enough))
        {
            var effect = Effect.Of(change.Topic, change.Kind, change.Data);
            stalls.OnArrived(acknowledged.Since(effect));
            var before = VersionOf(change.Topic);
            Assert.True(change.Version == before + 1, $"{feed.Name}: version {change.Version} of {change.Topic} came after {before}.");
            _seen.GetOrAdd(change.Topic, _ => []).Add(effect);
            _versions[change.Topic] = change.Version;
            _changes++;
        }
    }

    private static async Task PauseAsync(TimeSpan time, CancellationToken enough)
    {
        try
        {
            await Waiting.PauseAsync(time, enough);
        }
        catch (OperationCanceledException)
        {
            // The loop ends.
        }
    }
}
