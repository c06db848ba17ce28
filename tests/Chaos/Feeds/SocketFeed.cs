using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Chaos.Feeds;

/// <summary>One topic over a WebSocket.</summary>
/// <param name="topic">The topic.</param>
/// <param name="covers">Which topics it tells of.</param>
/// <param name="from">The token to begin after; null for now.</param>
public sealed class SocketFeed(string topic, Func<string, bool> covers, string? from) : IFeed
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    public string Name => $"{topic} by WebSocket";

    public string? Token { get; private set; } = from;

    public bool Covers(string topic) => covers(topic);

    public async IAsyncEnumerable<LiveChange> OpenAsync(ActorsClient user, [EnumeratorCancellation] CancellationToken end)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(end);
        silence.CancelAfter(LongestSilence);
        using var socket = await user.OpenSocketAsync("/api/v1/live", silence.Token);
        await socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(new { type = "subscribe", topic, after = Token }), WebSocketMessageType.Text, endOfMessage: true, silence.Token);
        while (await ReceiveAsync(socket, silence.Token) is { } message)
        {
            var type = message.GetProperty("type").GetString();
            if (type == "error")
            {
                throw Refused(message.GetProperty("error"));
            }

            if (message.TryGetProperty("event", out var carried))
            {
                var change = LiveChange.Read(carried);
                if (change is null)
                {
                    yield break;
                }

                yield return change;
                silence.CancelAfter(LongestSilence);
            }
            else
            {
                Assert.True(type is "subscribed" or "position", $"An unexpected message: {message}");
            }

            Token = message.GetProperty("token").GetString();
        }
    }

    private static HttpRequestException Refused(JsonElement error) => new(
        error.ToString(),
        inner: null,
        error.GetProperty("code").GetString() == "UNAVAILABLE" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.BadRequest);

    /// <summary>The next message; null when the server closes.</summary>
    private static async Task<JsonElement?> ReceiveAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, cancellationToken);
            text.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return received.MessageType == WebSocketMessageType.Close ? null : JsonDocument.Parse(text.ToArray()).RootElement;
    }
}
