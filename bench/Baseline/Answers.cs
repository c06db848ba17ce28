using System.Text.Json;

namespace Actors.Bench;

/// <summary>Writes answers as the product does.</summary>
internal static class Answers
{
    private static ReadOnlySpan<byte> Before => "{\"success\":true,\"data\":"u8;

    /// <summary>An order's JSON in its envelope.</summary>
    public static byte[] Envelope(ReadOnlySpan<byte> data) => [.. Before, .. data, (byte)'}'];

    public static ValueTask WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, int status = StatusCodes.Status200OK)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        return new(response.BodyWriter.WriteAsync(body).AsTask());
    }
}

/// <summary>Turns refusals into answers.</summary>
internal static class Refusals
{
    public static RequestDelegate Handle(Func<HttpContext, Task> handler) => async context =>
    {
        try
        {
            await handler(context);
        }
        catch (AppException refusal)
        {
            var answer = new Refusal(Success: false, new(refusal.Code, refusal.Message, refusal.Details));
            await Answers.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(answer, Wire.Json.Refusal), StatusOf(refusal.Kind));
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    };

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Rule => StatusCodes.Status422UnprocessableEntity,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}
