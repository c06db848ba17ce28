using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Actors.Infrastructure.Http;

namespace Actors.Live;

/// <summary>
/// One WebSocket: the client subscribes to topics, each with a token of its own to resume after. Messages are JSON texts, described in
/// <c>docs/live.md</c>.
/// </summary>
internal sealed partial class LiveSocket(
    WebSocket socket, LiveConnection connection, LiveTopics topics, LiveConnections connections, LiveJson json, LiveOptions options, TimeProvider time, ILogger<LiveSocket> logger)
    : IDisposable
{
    /// <summary>Offered by clients and chosen by us.</summary>
    public const string Protocol = "actors.v1";

    private const int MaxMessageBytes = 16 * 1024;
    private const int MaxWindow = 10_000;
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, SocketSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Serves the client until the connection's end.</summary>
    public async Task RunAsync()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(connection.End);
        var beat = BeatAsync(over.Token);
        try
        {
            await ReceiveAsync(over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            await CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "Resume elsewhere, or with a new token.");
        }
        catch (WebSocketException broken)
        {
            LogBroken(broken);
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(_subscriptions.Values.Select(s => s.Done).Append(beat)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions.Values)
        {
            subscription.Dispose();
        }

        _turn.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken over)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        while (true)
        {
            buffer.ResetWrittenCount();
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.GetMemory(1024), over);
                buffer.Advance(received.Count);
            }
            while (!received.EndOfMessage && buffer.WrittenCount <= MaxMessageBytes);

            if (received.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync(WebSocketCloseStatus.NormalClosure, "");
                return;
            }

            if (received.MessageType == WebSocketMessageType.Binary || buffer.WrittenCount > MaxMessageBytes)
            {
                var isBinary = received.MessageType == WebSocketMessageType.Binary;
                await CloseAsync(
                    isBinary ? WebSocketCloseStatus.InvalidMessageType : WebSocketCloseStatus.MessageTooBig,
                    isBinary ? "Messages are JSON texts." : $"Messages are at most {MaxMessageBytes} bytes.");
                return;
            }

            await HandleAsync(buffer.WrittenMemory, over);
        }
    }

    private async Task HandleAsync(ReadOnlyMemory<byte> message, CancellationToken over)
    {
        SocketRequest? request = null;
        try
        {
            request = json.Read<SocketRequest>(message.Span) ?? throw new JsonException();
            await HandleAsync(request, over);
        }
        catch (JsonException malformed)
        {
            var error = JsonErrors.Describe(malformed);
            await SendAsync(new("error") { Error = new(error.Code, error.Message) }, over);
        }
        catch (AppException refused)
        {
            await SendAsync(new("error") { Topic = request?.Topic, Error = new(refused.Code, refused.Message) }, over);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            await SendAsync(new("error") { Topic = request?.Topic, Error = new(Errors.UnavailableCode, "Not available at the moment; try again.") }, over);
        }
    }

    private Task HandleAsync(SocketRequest request, CancellationToken over) => request.Type switch
    {
        "subscribe" => SubscribeAsync(Named(request), request.After, request.Window, over),
        "unsubscribe" => UnsubscribeAsync(Named(request), over),
        "ack" => Acknowledge(Named(request), request.Token),
        "ping" => SendAsync(new("pong"), over),
        _ => throw Errors.Invalid("type", "Must be subscribe, unsubscribe, ack or ping."),
    };

    private static string Named(SocketRequest request) => request.Topic ?? throw Errors.Invalid("topic", "Is required.");

    private async Task SubscribeAsync(string topic, string? after, int? window, CancellationToken over)
    {
        if (window is < 1 or > MaxWindow)
        {
            throw Errors.Invalid("window", $"Must be 1 to {MaxWindow}.");
        }

        if (_subscriptions.ContainsKey(topic))
        {
            throw new AppException(ErrorKind.Conflict, "ALREADY_SUBSCRIBED", "This socket has the topic already.");
        }

        if (_subscriptions.Count >= LiveOptions.MaxTopics)
        {
            throw new AppException(ErrorKind.TooMany, "TOO_MANY_TOPICS", $"A socket has at most {LiveOptions.MaxTopics} topics.");
        }

        var stream = topics.Find(topic, after, connection.Caller);
        try
        {
            await stream.OpenAsync(over);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        var subscription = new SocketSubscription(stream, window is { } size ? new AckWindow(size) : null, over);
        _subscriptions[topic] = subscription;
        await SendAsync(new("subscribed") { Topic = topic, Token = subscription.Token }, over);
        subscription.Done = PumpAsync(subscription);
    }

    private async Task UnsubscribeAsync(string topic, CancellationToken over)
    {
        if (!_subscriptions.TryGetValue(topic, out var subscription))
        {
            throw NotSubscribed();
        }

        await subscription.EndAsync();
        if (subscription.Stream.IsOver)
        {
            throw NotSubscribed(); // it has ended by itself, as the client could see
        }

        await SendAsync(new("unsubscribed") { Topic = topic, Token = subscription.Token }, over);
    }

    private Task Acknowledge(string topic, string? token)
    {
        if (!_subscriptions.TryGetValue(topic, out var subscription))
        {
            throw NotSubscribed();
        }

        return subscription.Window is null || (token is not null && subscription.Window.Acknowledge(token))
            ? Task.CompletedTask
            : throw Errors.Invalid("token", "Must be the token of an event that was sent and not yet acknowledged.");
    }

    private static AppException NotSubscribed() => new(ErrorKind.NotFound, "NOT_SUBSCRIBED", "This socket does not have the topic.");

    private async Task PumpAsync(SocketSubscription subscription)
    {
        var (stream, stop) = (subscription.Stream, subscription.Stop.Token);
        try
        {
            await foreach (var frames in stream.ReadAsync(stop))
            {
                foreach (var frame in frames)
                {
                    await SendAsync(subscription, frame, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Unsubscribed, or the socket is over.
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException)
        {
            LogCut(failure, stream.Topic);
            var error = failure is AppException { Kind: not ErrorKind.Unavailable } gone
                ? new LiveError(gone.Code, gone.Message)
                : new LiveError(Watch.Interrupted, "Resume after the last event that you had.");
            await SendAsync(new("closed") { Topic = stream.Topic, Token = subscription.Token, Error = error }, CancellationToken.None);
        }
        catch (WebSocketException broken)
        {
            LogBroken(broken);
        }
        finally
        {
            _subscriptions.TryRemove(stream.Topic, out _);
            subscription.Dispose();
        }
    }

    private async Task SendAsync(SocketSubscription subscription, Frame frame, CancellationToken cancellationToken)
    {
        if (frame.Json is not null)
        {
            if (subscription.Window is { } window)
            {
                await window.EnterAsync(frame.Token, cancellationToken);
            }

            // {"type":"event","topic":"work-orders/…","token":"7","event":{…}}
            var head = json.Write(new SocketAnswer(frame.Kind is LiveEvent.Reset or LiveEvent.Closed ? frame.Kind : "event")
            {
                Topic = subscription.Stream.Topic,
                Token = frame.Token,
            });
            await SendTextAsync([.. head.AsSpan(0, head.Length - 1), .. ",\"event\":"u8, .. frame.Json, (byte)'}'], cancellationToken);
            subscription.ToldToken = frame.Token;
            connections.OnSent();
        }

        subscription.Token = frame.Token;
    }

    /// <summary>Tells where topics go on whose changes were not for this client, so that he resumes from there.</summary>
    private async Task BeatAsync(CancellationToken over)
    {
        using var timer = new PeriodicTimer(options.Heartbeat, time);
        while (await timer.WaitForNextTickAsync(over))
        {
            foreach (var subscription in _subscriptions.Values)
            {
                var token = subscription.Token;
                if (token != subscription.ToldToken)
                {
                    subscription.ToldToken = token;
                    await SendAsync(new("position") { Topic = subscription.Stream.Topic, Token = token }, over);
                }
            }
        }
    }

    private Task SendAsync(SocketAnswer answer, CancellationToken cancellationToken) => SendTextAsync(json.Write(answer), cancellationToken);

    private async Task SendTextAsync(byte[] text, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            using var limit = new CancellationTokenSource(LongestSend, time);
            await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        }
        catch (OperationCanceledException late)
        {
            socket.Abort();
            throw new WebSocketException("The client does not read.", late);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        try
        {
            await socket.CloseOutputAsync(status, reason, limit.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            LogBroken(gone);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The live feed of {Topic} was cut short")]
    private partial void LogCut(Exception failure, string topic);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A live socket broke")]
    private partial void LogBroken(Exception failure);
}
