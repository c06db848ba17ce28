using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Chaos.Feeds;

/// <summary>A change as a live client gets it.</summary>
/// <param name="Topic">What changed.</param>
/// <param name="Version">Its version after the change.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Data">Facts about it.</param>
public sealed record LiveChange(string Topic, long Version, string Kind, JsonElement Data)
{
    /// <summary>Reads an event as every transport carries it; null if the feed says with it that it ends and wants to be resumed.</summary>
    public static LiveChange? Read(JsonElement change)
    {
        var kind = change.GetProperty("kind").GetString()!;
        Assert.True(kind != "reset", $"A feed was reset, though nothing of its log was dropped: {change}");
        if (kind == "closed")
        {
            Assert.True(change.GetProperty("data").GetProperty("code").GetString() is "SLOW_CONSUMER" or "FEED_INTERRUPTED", $"A feed was closed for good: {change}");
            return null;
        }

        return new(change.GetProperty("topic").GetString()!, change.GetProperty("version").GetInt64(), kind, change.GetProperty("data"));
    }
}

/// <summary>
/// A kind of live feed: what it tells of, how it is opened, and where it stands. One object is one client's feed over all its connections;
/// <see cref="Watcher"/> does the rest.
/// </summary>
public interface IFeed
{
    /// <summary>What to call it.</summary>
    string Name { get; }

    /// <summary>The token to resume after; null until the server has named one.</summary>
    string? Token { get; }

    /// <summary>Whether it tells of the topic, from version 1 on.</summary>
    bool Covers(string topic);

    /// <summary>
    /// Opens the feed after <see cref="Token"/> and brings its changes until the connection ends. Throws <see cref="HttpRequestException"/>
    /// (with the status, if there was an answer), <see cref="IOException"/>, <see cref="System.Net.WebSockets.WebSocketException"/> or
    /// <see cref="OperationCanceledException"/> when the connection breaks or falls silent.
    /// </summary>
    /// <param name="user">The user, at one of the frontends.</param>
    /// <param name="end">Ends the connection.</param>
    IAsyncEnumerable<LiveChange> OpenAsync(ActorsClient user, CancellationToken end);
}
