using System.Diagnostics;
using System.Text;

namespace Actors.Bench;

/// <summary>A work order into whose chat one writer says things: message <c>n</c> is his <c>n</c>th.</summary>
internal sealed class Order
{
    private const int MostMessages = 100_000;

    private readonly byte[] _say;
    private long[] _sent = new long[64];
    private long[] _answered = new long[64];
    private long _started;

    private Order(Uri server, string token, string id)
    {
        (Server, Token, Id) = (server, token, id);
        const string Message = """{"messageType":"text","payload":{"text":"第一批好了"}}""";
        _say = Post(server, token, $"/api/v1/work-orders/{id}/messages", Message);
    }

    public Uri Server { get; }

    public string Token { get; }

    public string Id { get; }

    /// <summary>The number of the last message that was sent, answered or not.</summary>
    public long Started => Volatile.Read(ref _started);

    /// <summary>A new order.</summary>
    public static Order Create(HttpConnection connection, Uri server, string token)
    {
        Expect(connection, connection.Send(Post(server, token, "/api/v1/work-orders", """{"title":"齿轮箱","targetQuantity":10}""")), 201);
        var answer = Encoding.UTF8.GetString(connection.RawBody); // {"success":true,"data":{"id":"…
        const string Before = "\"id\":\"";
        var id = answer[(answer.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..];
        return new(server, token, id[..id.IndexOf('"')]);
    }

    /// <summary>Says something and waits for the answer. One at a time.</summary>
    public void Say(HttpConnection connection)
    {
        var number = _started + 1;
        if (number >= _sent.Length)
        {
            Array.Resize(ref _sent, Math.Min(_sent.Length * 2, MostMessages));
            Array.Resize(ref _answered, _sent.Length);
        }

        _sent[number] = Stopwatch.GetTimestamp();
        Volatile.Write(ref _started, number);
        Expect(connection, connection.Send(_say), 201);
        _answered[number] = Stopwatch.GetTimestamp();
        var expected = Encoding.ASCII.GetBytes($"\"sequence\":{number},");
        if (connection.RawBody.IndexOf(expected) < 0)
        {
            throw new InvalidDataException($"Message {number} was answered by {Encoding.UTF8.GetString(connection.RawBody)}");
        }
    }

    /// <summary>When a message was sent, and when its answer was there, as timestamps of <see cref="Stopwatch"/>.</summary>
    public (long Sent, long Answered) TimesOf(long number) => (_sent[number], _answered[number]);

    private static byte[] Post(Uri server, string token, string path, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {token}\r\n"
        + $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static void Expect(HttpConnection connection, int status, int expected)
    {
        if (status != expected)
        {
            throw new InvalidDataException($"Answered {Encoding.UTF8.GetString(connection.Answer)}");
        }
    }
}
