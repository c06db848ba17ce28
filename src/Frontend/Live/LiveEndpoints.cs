using Actors.Infrastructure.Http;
using Microsoft.Extensions.Options;

namespace Actors.Live;

/// <summary>The live feed over three transports: server-sent events, WebSocket, long poll. One kind of token resumes all of them.</summary>
internal static class LiveEndpoints
{
    /// <summary>Group of these routes in OpenAPI.</summary>
    public const string Tag = "Live";

    /// <summary>Name of the WebSocket's route in OpenAPI.</summary>
    public const string SocketOperation = "connect";

    private const int MaxWaitSeconds = 25;
    private const int DefaultWaitSeconds = 20;

    /// <summary>Adds the feed; features register the <see cref="EntityTopic"/>s that they offer.</summary>
    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<LiveJson>();
        builder.Services.AddSingleton<LiveHub>();
        builder.Services.AddSingleton<LiveTopics>();
        builder.Services.AddSingleton<SessionWatch>();
        builder.Services.AddSingleton<LiveConnections>();
        builder.Services.AddSingleton<LiveStreams>();
        return builder;
    }

    /// <summary>Maps <c>/events</c>, <c>/live</c> and <c>/changes</c>.</summary>
    public static void MapLive(this RouteGroupBuilder api)
    {
        var live = api.MapGroup("").WithTags(Tag);
        live.MapGet("/events", Watch).Describe("watchTopics", "Changes of several topics, live (server-sent events)");
        live.MapGet("/live", Connect).Describe(SocketOperation, "Changes of topics that come and go (WebSocket)")
            .Produces(StatusCodes.Status101SwitchingProtocols);
        live.MapGet("/changes", Poll).Describe("pollChanges", "Changes of one topic after a token; waits for one (long poll)");
    }

    private static Task<EventStream> Watch(string[]? topics, string? lastEventId, HttpContext context, LiveStreams streams)
    {
        string[] names =
        [
            .. (topics ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct(StringComparer.Ordinal),
        ];
        return names.Length is 0 or > LiveOptions.MaxTopics
            ? throw Errors.Invalid("topics", $"Must name 1 to {LiveOptions.MaxTopics} topics, e.g. work-orders,users/me.")
            : streams.OpenAsync(names, EventStream.LastEventId(context.Request, lastEventId), context);
    }

    private static async Task<LongPoll> Poll(
        string? topic, string? after, string? wait, string? limit, HttpContext context, LiveTopics topics, LiveConnections connections, TimeProvider time)
    {
        var fields = new QueryFields();
        var (seconds, most) = (fields.Number("wait", wait, DefaultWaitSeconds, 0, MaxWaitSeconds), fields.Limit(limit));
        fields.Check();
        using var stream = topics.Find(topic ?? throw Errors.Invalid("topic", "Is required."), string.IsNullOrEmpty(after) ? null : after, Caller.Current!);
        using var connection = connections.Enter(context);
        await stream.OpenAsync(connection.End);
        using var over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var ends = connection.End.Register(over.Cancel);
        return await LongPoll.ReadAsync(stream, most, TimeSpan.FromSeconds(seconds), over);
    }

    private static async Task Connect(
        HttpContext context, LiveTopics topics, LiveConnections connections, LiveJson json, IOptions<LiveOptions> options, TimeProvider time,
        ILogger<LiveSocket> logger)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Failures.Write(context, StatusCodes.Status426UpgradeRequired, StatusErrors.Of(426));
            return;
        }

        using var connection = connections.Enter(context);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(LiveSocket.Protocol) ? LiveSocket.Protocol : null,
            KeepAliveInterval = options.Value.Heartbeat,
            KeepAliveTimeout = options.Value.Heartbeat,
        });
        using var live = new LiveSocket(socket, connection, topics, connections, json, options.Value, time, logger);
        await live.RunAsync();
    }
}
