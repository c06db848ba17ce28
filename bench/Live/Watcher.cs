using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Actors.Bench;

/// <summary>A message that a watcher was told of.</summary>
/// <param name="Id">What to resume after; opaque.</param>
/// <param name="Sequence">The message's number in its order's chat.</param>
/// <param name="ReceivedAt">When it came off the wire, as a timestamp of <see cref="Stopwatch"/>.</param>
internal readonly record struct Told(string Id, long Sequence, long ReceivedAt);

/// <summary>
/// A client of <c>GET /api/v1/work-orders/{id}/events</c> over a bare socket: many of them must cost little. Sees the messages of the
/// order's chat, and knows of the feed only what stands on the wire.
/// </summary>
internal sealed class Watcher : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ChunkDecoder _chunks = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;
    private long _receivedAt;

    private Watcher()
    {
    }

    /// <summary>Begins to watch; returns when the server has said yes: what is sent from now on must come.</summary>
    /// <param name="order">What to watch.</param>
    /// <param name="after">The last event already had, if any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Watcher> OpenAsync(Order order, string? after, CancellationToken cancellationToken)
    {
        var watcher = new Watcher();
        try
        {
            await watcher._socket.ConnectAsync(IPAddress.Parse(order.Server.Host), order.Server.Port, cancellationToken);
            var resume = after is null ? "" : $"Last-Event-ID: {after}\r\n";
            await watcher._socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    $"GET /api/v1/work-orders/{order.Id}/events HTTP/1.1\r\nHost: {order.Server.Authority}\r\n"
                    + $"Authorization: Bearer {order.Token}\r\nAccept: text/event-stream\r\n{resume}\r\n"),
                cancellationToken);
            await watcher.ReadHeadAsync(cancellationToken);
            return watcher;
        }
        catch
        {
            watcher.Dispose();
            throw;
        }
    }

    /// <summary>The next message; null when the server ended the feed.</summary>
    public async ValueTask<Told?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var unread = _buffer.AsSpan(_start, _end - _start);
            if (unread.IndexOf("\n\n"u8) is var length && length >= 0)
            {
                _start += length + 2;
                if (Read(unread[..length]) is { } told)
                {
                    return told;
                }
            }
            else if (_chunks.IsComplete || !await ReceiveAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadHeadAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += received > 0 ? received : throw new IOException("The server closed the connection before it answered.");
        }

        var head = Encoding.ASCII.GetString(_buffer, 0, length);
        if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || !head.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new IOException($"No feed: {Encoding.UTF8.GetString(_buffer, 0, _end)}");
        }

        _receivedAt = Stopwatch.GetTimestamp();
        _start = length + 4;
        _end = _start + _chunks.Decode(_buffer.AsSpan(_start, _end - _start));
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        _receivedAt = Stopwatch.GetTimestamp();
        _end += _chunks.Decode(_buffer.AsSpan(_end, received));
        return received > 0;
    }

    // id: 7
    // event: message.sent
    // data: {…,"data":{"messageId":"…","sequence":3,…},…}
    private Told? Read(ReadOnlySpan<byte> frame)
    {
        if (frame.IndexOf("event: message.sent\n"u8) < 0)
        {
            return null; // a comment, or another kind of change
        }

        var id = After(frame, "id: "u8);
        var sequence = After(frame, "\"sequence\":"u8).TrimStart((byte)' ');
        var digits = sequence.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return new(
            Encoding.ASCII.GetString(id[..id.IndexOf((byte)'\n')]),
            long.Parse(sequence[..digits], NumberStyles.None, CultureInfo.InvariantCulture),
            _receivedAt);
    }

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> name)
    {
        var at = frame.IndexOf(name);
        return at >= 0
            ? frame[(at + name.Length)..]
            : throw new InvalidDataException($"No {Encoding.ASCII.GetString(name)} in {Encoding.UTF8.GetString(frame)}");
    }
}
