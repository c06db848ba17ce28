using System.Text;
using System.Text.Unicode;

namespace Actors.Bench;

/// <summary>Writes the requests of one connection: an owner who works through his orders.</summary>
internal sealed class RequestSource(Owner owner, Uri server)
{
    private const int Steps = 6;
    private const string Orders = "/api/v1/work-orders";
    private const string Report = """{"completedQuantity":1,"confirmationMode":"scan"}""";

    private static readonly string NewOrder =
        $$"""
        {"title":"齿轮箱 Gearbox housing, left","priority":"high","targetQuantity":1000000000,"targetFactoryId":"factory-7","steps":[{{string.Join(
            ',', Enumerable.Range(1, Steps).Select(step => $$"""{"stepCode":"step-{{step}}","stepName":"切割 Cutting","expectedQuantity":1000000000}"""))}}]}
        """;

    private static readonly int NewOrderLength = Encoding.UTF8.GetByteCount(NewOrder);

    private readonly byte[] _buffer = new byte[8 * 1024];
    private int _count;

    /// <summary>The next request; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(Operation operation)
    {
        var order = owner.Orders[_count % owner.Orders.Count];
        var step = (_count / owner.Orders.Count % Steps) + 1; // every step in its turn, so that the step gate lets it pass
        _count++;
        var length = operation switch
        {
            Operation.Get => Get($"/{order}"),
            Operation.List => Get($"?ownerId={owner.Id}&limit=20"),
            Operation.Progress => Post($"/{order}/steps/step-{step}/progress", Report, Report.Length),
            _ => Post("", NewOrder, NewOrderLength),
        };
        return _buffer.AsSpan(0, length);
    }

    private int Get(string path)
    {
        Utf8.TryWrite(_buffer, $"GET {Orders}{path} HTTP/1.1\r\nHost: {server.Authority}\r\n{owner.Credentials}\r\n\r\n", out var length);
        return length;
    }

    private int Post(string path, string body, int bodyLength)
    {
        Utf8.TryWrite(
            _buffer,
            $"POST {Orders}{path} HTTP/1.1\r\nHost: {server.Authority}\r\n{owner.Credentials}\r\nIdempotency-Key: {Guid.CreateVersion7()}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {bodyLength}\r\n\r\n{body}",
            out var length);
        return length;
    }
}
