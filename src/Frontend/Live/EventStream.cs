using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Actors.Live;

/// <summary>
/// Topics as server-sent events. The id of each event is the token to resume after, for all topics of the stream together; browsers send it
/// back as <c>Last-Event-ID</c>. The stream ends when the client leaves or is too slow, a topic ends, the caller's token or session ends, or
/// this process stops.
/// </summary>
internal sealed partial class EventStream(ImmutableArray<TopicStream> topics, LiveConnection connection) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(LiveEvent), ["text/event-stream"]));

    /// <summary>The token to resume after: the header that browsers send, or the parameter for the first connection.</summary>
    public static string? LastEventId(HttpRequest request, string? parameter) =>
        request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : string.IsNullOrEmpty(parameter) ? null : parameter;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.End);
        using var writer = new Writer(httpContext, topics);
        try
        {
            await writer.BeginAsync(end.Token);
            await UntilFirstEndsAsync([.. topics.Select(t => SendAsync(t, writer, end.Token)), KeepAliveAsync(httpContext, writer, end.Token)], end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The ordinary end of a stream.
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException or IOException)
        {
            // The answer has begun, so there is no envelope: the client comes back, and is told then.
            var logger = services.GetRequiredService<ILogger<EventStream>>();
            LogCut(logger, failure, httpContext.TraceIdentifier);
        }
        finally
        {
            foreach (var topic in topics)
            {
                topic.Dispose();
            }

            connection.Dispose();
        }
    }

    private static async Task UntilFirstEndsAsync(ImmutableArray<Task> parts, CancellationTokenSource end)
    {
        var first = await Task.WhenAny(parts);
        await end.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private static async Task SendAsync(TopicStream topic, Writer writer, CancellationToken end)
    {
        await foreach (var frames in topic.ReadAsync(end))
        {
            await writer.WriteAsync(topic, frames, end);
        }
    }

    private static async Task KeepAliveAsync(HttpContext context, Writer writer, CancellationToken end)
    {
        var services = context.RequestServices;
        using var timer = new PeriodicTimer(
            services.GetRequiredService<IOptions<LiveOptions>>().Value.Heartbeat, services.GetRequiredService<TimeProvider>());
        while (await timer.WaitForNextTickAsync(end))
        {
            await writer.BeatAsync(end);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The live feed of request {RequestId} was cut short")]
    private static partial void LogCut(ILogger logger, Exception failure, string requestId);

    /// <summary>Writes frames of several topics, one after the other.</summary>
    private sealed class Writer(HttpContext context, ImmutableArray<TopicStream> topics) : IDisposable
    {
        private readonly PipeWriter _output = context.Response.BodyWriter;
        private readonly SemaphoreSlim _turn = new(1);
        private readonly string[] _tokens = [.. topics.Select(t => t.Token)];
        private readonly string _mark = ResumeToken.Mark(topics.Select(t => t.Topic));
        private readonly LiveConnections _connections = context.RequestServices.GetRequiredService<LiveConnections>();

        private string Id => _tokens.Length == 1 ? _tokens[0] : ResumeToken.Join(_mark, _tokens);

        /// <summary>The id comes before any event: a client that is cut before the first one misses nothing either.</summary>
        public async Task BeginAsync(CancellationToken end)
        {
            var response = context.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            Encoding.UTF8.GetBytes($": connected\nretry: 1000\nid: {Id}\n\n", _output);
            await _output.FlushAsync(end);
        }

        // id: 7
        // event: progress.reported
        // data: {"topic":"work-orders/…","version":7,…}
        public Task WriteAsync(TopicStream topic, IReadOnlyList<Frame> frames, CancellationToken end) => InTurnAsync(
            () =>
            {
                foreach (var frame in frames)
                {
                    _tokens[topics.IndexOf(topic)] = frame.Token;
                    if (frame.Json is not null)
                    {
                        Encoding.UTF8.GetBytes($"id: {Id}\nevent: {frame.Kind}\ndata: ", _output);
                        _output.Write(frame.Json);
                        _output.Write("\n\n"u8);
                        _connections.OnSent();
                    }
                }
            },
            end);

        /// <summary>A sign of life; it also moves the id on over changes that were not for this client.</summary>
        public Task BeatAsync(CancellationToken end) => InTurnAsync(
            () => Encoding.UTF8.GetBytes($": heartbeat\nid: {Id}\n\n", _output), end);

        public void Dispose() => _turn.Dispose();

        private async Task InTurnAsync(Action write, CancellationToken end)
        {
            await _turn.WaitAsync(end);
            try
            {
                write();
                await _output.FlushAsync(end);
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
