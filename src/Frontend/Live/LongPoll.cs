using System.Reflection;
using System.Text.Json;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Actors.Live;

/// <summary>What a long poll brought: events, and the token for the next one.</summary>
internal sealed class LongPoll(IReadOnlyList<Frame> events, string next, int limit) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Envelope<System.Collections.Immutable.ImmutableArray<LiveEvent>>), [MediaTypes.Json]));

    /// <summary>Reads a stream until something comes, or the time is over.</summary>
    /// <param name="stream">Opened.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="wait">How long to wait for something new; looking for what there is takes its own time.</param>
    /// <param name="over">Ends the reading; not yet timed.</param>
    public static async Task<LongPoll> ReadAsync(TopicStream stream, int limit, TimeSpan wait, CancellationTokenSource over)
    {
        var next = stream.Token;
        try
        {
            await foreach (var frames in stream.ReadAsync(over.Token))
            {
                if (frames.Count == 0)
                {
                    over.CancelAfter(wait);
                    continue;
                }

                next = frames[^1].Token;
                var events = frames.Where(frame => frame.Json is not null).Take(limit).ToList();
                if (events.Count > 0)
                {
                    return new LongPoll(events, events.Count == limit ? events[^1].Token : next, limit);
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Nothing came; the client asks again.
        }

        return new LongPoll([], next, limit);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = MediaTypes.JsonInUtf8;
        response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteBoolean("success", value: true);
        json.WriteStartArray("data");
        foreach (var frame in events)
        {
            json.WriteRawValue(frame.Json, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteStartObject("meta");
        json.WriteNumber("limit", limit);
        json.WriteString("nextCursor", next);
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }
}
