using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Actors.Infrastructure;

/// <summary>A live feed as a client reads it.</summary>
public sealed class EventFeed(Stream stream) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

    /// <summary>The next event: its kind and its data.</summary>
    public async Task<(string Id, string Kind, JsonElement Data)> NextAsync()
    {
        Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(Deadline), "The feed ended.");
        var data = JsonDocument.Parse(_items.Current.Data).RootElement;
        return (_items.Current.EventId!, _items.Current.EventType, data);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
    }
}
