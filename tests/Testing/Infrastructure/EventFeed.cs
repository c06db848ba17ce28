using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Actors.Infrastructure;

/// <summary>A live feed as a client reads it.</summary>
public sealed class EventFeed : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Stream _stream;
    private readonly SseParser<string> _parser;
    private readonly IAsyncEnumerator<SseItem<string>> _items;
    private Task<bool>? _next;

    public EventFeed(Stream stream)
    {
        _stream = stream;
        _parser = SseParser.Create(stream);
        _items = _parser.EnumerateAsync().GetAsyncEnumerator();
    }

    /// <summary>What a browser would send as Last-Event-ID now, once the server has named an id.</summary>
    public async Task<string> LastEventIdAsync()
    {
        _next ??= _items.MoveNextAsync().AsTask();
        await Waiting.UntilAsync(() => Task.FromResult(_parser.LastEventId.Length > 0), Deadline, () => "No id came.");
        return _parser.LastEventId;
    }

    /// <summary>The next event: its kind and its data.</summary>
    public async Task<(string Id, string Kind, JsonElement Data)> NextAsync()
    {
        Assert.True(await NextOrEndAsync(), "The feed ended.");
        var data = JsonDocument.Parse(_items.Current.Data).RootElement;
        return (_items.Current.EventId!, _items.Current.EventType, data);
    }

    /// <summary>Waits for the next event or the end; false if it is the end.</summary>
    public async Task<bool> NextOrEndAsync()
    {
        var next = _next ?? _items.MoveNextAsync().AsTask();
        _next = null;
        return await next.WaitAsync(Deadline);
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();
}
