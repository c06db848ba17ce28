using Actors.Infrastructure.Http;
using Actors.Users;
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

    // A timer takes no more than 49 days.
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(40);

    /// <summary>Adds the feed; features register the <see cref="EntityTopic"/>s that they offer.</summary>
    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<LiveJson>();
        builder.Services.AddSingleton<LiveHub>();
        builder.Services.AddSingleton<LiveTopics>();
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

    private static Task<EventStream> Watch(
        string[]? topics, string? lastEventId, HttpRequest request, LiveStreams streams, CancellationToken cancellationToken)
    {
        string[] names =
        [
            .. (topics ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct(StringComparer.Ordinal),
        ];
        return names.Length is 0 or > LiveOptions.MaxTopics
            ? throw Errors.Invalid("topics", $"Must name 1 to {LiveOptions.MaxTopics} topics, e.g. work-orders,users/me.")
            : streams.OpenAsync(names, EventStream.LastEventId(request, lastEventId), Caller.Current!, cancellationToken);
    }

    private static async Task<LongPoll> Poll(
        string? topic, string? after, string? wait, string? limit, LiveTopics topics, LiveConnections connections, TimeProvider time,
        IHostApplicationLifetime host, CancellationToken cancellationToken)
    {
        var fields = new QueryFields();
        var (seconds, most) = (fields.Number("wait", wait, DefaultWaitSeconds, 0, MaxWaitSeconds), fields.Limit(limit));
        fields.Check();
        using var stream = topics.Find(topic ?? throw Errors.Invalid("topic", "Is required."), string.IsNullOrEmpty(after) ? null : after, Caller.Current!);
        using var place = connections.Enter(Caller.Current!.UserId);
        await stream.OpenAsync(cancellationToken);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken, host.ApplicationStopping);
        return await LongPoll.ReadAsync(stream, most, end.Token);
    }

    private static async Task Connect(
        HttpContext context, LiveTopics topics, LiveConnections connections, LiveJson json, IOptions<LiveOptions> options, TimeProvider time,
        IHostApplicationLifetime host, ILogger<LiveSocket> logger)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Failures.Write(context, StatusCodes.Status426UpgradeRequired, StatusErrors.Of(426));
            return;
        }

        var caller = Caller.Current!;
        using var place = connections.Enter(caller.UserId);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(LiveSocket.Protocol) ? LiveSocket.Protocol : null,
            KeepAliveInterval = options.Value.Heartbeat,
            KeepAliveTimeout = options.Value.Heartbeat,
        });
        var left = ((CallerIdentity)context.User.Identity!).ExpiresAt - time.GetUtcNow();
        using var tokenEnd = new CancellationTokenSource(left < MaxTimer ? left : MaxTimer, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(tokenEnd.Token, context.RequestAborted, host.ApplicationStopping);
        using var live = new LiveSocket(socket, caller, topics, connections, json, options.Value, time, logger);
        await live.RunAsync(end.Token);
    }
}
