using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Live;

/// <summary>A client of <c>/api/v1/live</c>.</summary>
public sealed class SocketClient(WebSocket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Connects as a user: with a header, or as browsers must, by protocols.</summary>
    public static async Task<SocketClient> ConnectAsync(ActorsApp app, ActorsClient user, bool asBrowser = false)
    {
        var client = app.Server.CreateWebSocketClient();
        if (asBrowser)
        {
            client.SubProtocols.Add("actors.v1");
            client.SubProtocols.Add($"bearer.{user.Token}");
        }
        else
        {
            client.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {user.Token}";
        }

        return new(await client.ConnectAsync(new Uri(app.Server.BaseAddress, "/api/v1/live"), TestContext.Current.CancellationToken));
    }

    public string? Protocol => socket.SubProtocol;

    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public Task SubscribeAsync(string topic, string? after = null, int? window = null) => SendAsync(new { type = "subscribe", topic, after, window });

    public Task SendAsync(object message) => SendTextAsync(JsonSerializer.Serialize(message));

    public Task SendTextAsync(string text, WebSocketMessageType type = WebSocketMessageType.Text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<JsonElement?> NextOrEndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var text = new MemoryStream();
        var buffer = new byte[4096];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, deadline.Token);
            text.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return received.MessageType == WebSocketMessageType.Close ? null : JsonDocument.Parse(text.ToArray()).RootElement;
    }

    /// <summary>The next message, which must be of this type.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        var message = await NextOrEndAsync() ?? throw new InvalidOperationException($"Closed: {socket.CloseStatusDescription}");
        Assert.True(message.GetProperty("type").GetString() == type, $"Wanted {type}, got {message}");
        return message;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
