using System.Text;
using System.Text.Unicode;

namespace Actors.Bench;

/// <summary>Writes the requests of one connection: an owner who works through his orders.</summary>
internal sealed class RequestSource(Owner owner, Uri server)
{
    private const int Steps = 6;
    private const string Report = """{"completedQuantity":1,"confirmationMode":"scan"}""";

    private static readonly string NewOrder =
        $$"""
        {"title":"齿轮箱 Gearbox housing, left","priority":"high","targetQuantity":1000000000,"targetFactoryId":"factory-7","steps":[{{string.Join(
            ',', Enumerable.Range(1, Steps).Select(step => $$"""{"stepCode":"step-{{step}}","stepName":"切割 Cutting","expectedQuantity":1000000000}"""))}}]}
        """;

    private static readonly int NewOrderLength = Encoding.UTF8.GetByteCount(NewOrder);

    private readonly byte[] _buffer = new byte[8 * 1024];
    private readonly string _host = server.Authority;
    private int _count;
    private int _written;

    /// <summary>The next request; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(Operation operation)
    {
        var order = owner.Orders[_count % owner.Orders.Count];
        var step = (_count / owner.Orders.Count % Steps) + 1; // every step in its turn, so that the step gate lets it pass
        _count++;
        var (host, who, key) = (_host, owner.Credentials, Guid.CreateVersion7());
        _ = operation switch
        {
            Operation.Get => Utf8.TryWrite(_buffer, $"GET /api/v1/work-orders/{order} HTTP/1.1\r\nHost: {host}\r\n{who}\r\n\r\n", out _written),
            Operation.List => Utf8.TryWrite(
                _buffer, $"GET /api/v1/work-orders?ownerId={owner.Id}&limit=20 HTTP/1.1\r\nHost: {host}\r\n{who}\r\n\r\n", out _written),
            Operation.Progress => Utf8.TryWrite(
                _buffer,
                $"POST /api/v1/work-orders/{order}/steps/step-{step}/progress HTTP/1.1\r\nHost: {host}\r\n{who}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {Report.Length}\r\n\r\n{Report}",
                out _written),
            _ => Utf8.TryWrite(
                _buffer,
                $"POST /api/v1/work-orders HTTP/1.1\r\nHost: {host}\r\n{who}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {NewOrderLength}\r\n\r\n{NewOrder}",
                out _written),
        };
        return _buffer.AsSpan(0, _written);
    }

}
