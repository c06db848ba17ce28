using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Actors.Bench;

/// <summary>
/// A keep-alive connection of a load generator: blocking, one request at a time, and little else, since what it uses is taken from the
/// machine that is measured.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _length;
    private int _bodyStart;

    public HttpConnection(Uri server) => _socket.Connect(IPAddress.Parse(server.Host), server.Port);

    private enum Framing
    {
        Length,
        Chunks,
    }

    /// <summary>The last answer as it came, headers too; chunks are not put together.</summary>
    public ReadOnlySpan<byte> Answer => _buffer.AsSpan(0, _length);

    /// <summary>The last answer's body as it came.</summary>
    public ReadOnlySpan<byte> RawBody => _buffer.AsSpan(_bodyStart, _length - _bodyStart);

    /// <summary>Sends a whole request, reads the whole answer, and returns its status.</summary>
    public int Send(ReadOnlySpan<byte> request)
    {
        for (var sent = 0; sent < request.Length;)
        {
            sent += _socket.Send(request[sent..]);
        }

        _length = 0;
        var headers = -1;
        while ((headers = Answer.IndexOf("\r\n\r\n"u8)) < 0)
        {
            Receive();
        }

        _bodyStart = headers + 4;
        var (framing, length) = ReadFraming(Answer[.._bodyStart]);
        while (framing == Framing.Length ? _length - _bodyStart < length : !RawBody.EndsWith("0\r\n\r\n"u8) || !IsWhole(RawBody))
        {
            Receive();
        }

        // HTTP/1.1 200 OK
        return ((_buffer[9] - '0') * 100) + ((_buffer[10] - '0') * 10) + _buffer[11] - '0';
    }

    public void Dispose() => _socket.Dispose();

    private void Receive()
    {
        var received = _socket.Receive(_buffer, _length, BufferSize - _length, SocketFlags.None);
        if (received == 0)
        {
            throw new IOException($"The server closed the connection after: {Encoding.UTF8.GetString(Answer)}");
        }

        _length += received;
    }

    private static (Framing Framing, int Length) ReadFraming(ReadOnlySpan<byte> headers)
    {
        var name = "\r\nContent-Length: "u8;
        var at = headers.IndexOf(name);
        if (at < 0)
        {
            return headers.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0 ? (Framing.Chunks, 0) : (Framing.Length, 0);
        }

        var length = 0;
        for (var i = at + name.Length; headers[i] != '\r'; i++)
        {
            length = (length * 10) + headers[i] - '0';
        }

        return (Framing.Length, length);
    }

    // 5f4\r\n…\r\n0\r\n\r\n: whether the chunks end where the bytes do; a body may hold what looks like an end
    private static bool IsWhole(ReadOnlySpan<byte> body)
    {
        while (true)
        {
            var line = body.IndexOf("\r\n"u8);
            if (line < 0 || !System.Buffers.Text.Utf8Parser.TryParse(body[..line], out int size, out _, 'x'))
            {
                return false;
            }

            if (size == 0)
            {
                return body.Length == line + 4;
            }

            if (body.Length < line + 2 + size + 2)
            {
                return false;
            }

            body = body[(line + 2 + size + 2)..];
        }
    }
}
