using System.Collections.Immutable;

namespace Actors.Live;

/// <summary>Opens streams for callers, within the limits of connections.</summary>
internal sealed class LiveStreams(LiveTopics topics, LiveConnections connections)
{
    /// <summary>
    /// Opens the topics as one stream of server-sent events. What is wrong with the request comes out here, before the answer begins.
    /// </summary>
    /// <param name="names">1 to <see cref="LiveOptions.MaxTopics"/> different topics.</param>
    /// <param name="lastEventId">The id of the last event that the client has; null for what comes from now on.</param>
    /// <param name="request">For whom.</param>
    public async Task<EventStream> OpenAsync(IReadOnlyList<string> names, string? lastEventId, HttpContext request)
    {
        var tokens = ResumeToken.Split(lastEventId, names);
        ImmutableArray<TopicStream> streams = [.. names.Select((name, i) => topics.Find(name, tokens[i], Caller.Current!))];
        var connection = connections.Enter(request);
        try
        {
            await Task.WhenAll(streams.Select(stream => stream.OpenAsync(connection.End)));
            return new EventStream(streams, connection);
        }
        catch
        {
            foreach (var stream in streams)
            {
                stream.Dispose();
            }

            connection.Dispose();
            throw;
        }
    }
}
