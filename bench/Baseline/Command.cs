using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Bench;

/// <summary>A request that changes something: its body, who sent it and under which key.</summary>
/// <param name="Body">The body, read.</param>
/// <param name="Caller">The user; there are no tokens here, so the request says who it is.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="RequestHash">Hash of method, path and body, as the product makes it.</param>
internal readonly record struct Command<T>(T Body, Caller Caller, string Key, string RequestHash);

/// <summary>Reads commands.</summary>
internal static class Commands
{
    public const string UserId = "X-User-Id";

    private const int MaxBody = 1024 * 1024;

    public static async ValueTask<Command<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
    {
        if (request.ContentLength is not (> 0 and <= MaxBody) || !request.HasJsonContentType())
        {
            throw Errors.Invalid("", "A JSON body of at most 1 MB is needed.");
        }

        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length is 0 or > CommandKey.MaxLength)
        {
            throw Errors.Invalid("Idempotency-Key", "Is required.");
        }

        var head = $"{request.Method}\n{request.Path.Value}\n";
        var length = (int)request.ContentLength;
        var buffer = ArrayPool<byte>.Shared.Rent((head.Length * 3) + length);
        try
        {
            var offset = Encoding.UTF8.GetBytes(head, buffer);
            await request.Body.ReadExactlyAsync(buffer.AsMemory(offset, length), request.HttpContext.RequestAborted);
            var hash = Convert.ToBase64String(SHA256.HashData(buffer.AsSpan(0, offset + length)));
            var body = JsonSerializer.Deserialize(buffer.AsSpan(offset, length), type) ?? throw Errors.Invalid("", "A JSON object is needed.");
            return new(body, CallerOf(request), key, hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static Caller CallerOf(HttpRequest request) => request.Headers[UserId].ToString() is { Length: > 0 } id
        ? new Caller { UserId = id, Role = UserRole.Operator }
        : throw Errors.Unauthenticated();
}
