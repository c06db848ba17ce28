using System.Buffers;

namespace Actors.Infrastructure.Http;

/// <summary>Headers of every answer: the request's id, and what keeps browsers from guessing and framing.</summary>
internal static class StandardHeaders
{
    /// <summary>Names the request in answers and logs.</summary>
    public const string RequestId = "X-Request-Id";

    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    // The documentation page is a script from this server, with inline styles; nothing from anywhere else.
    private const string DocsPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";

    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c)]);

    /// <summary>Takes the caller's request id, if it is one, and sets the headers.</summary>
    public static IApplicationBuilder UseStandardHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var id = context.Request.Headers[RequestId];
        if (id.Count == 1 && IsVisibleAscii(id[0], CallOrigin.MaxRequestId))
        {
            context.TraceIdentifier = id[0]!; // log scopes take it from here
        }

        Set(context);
        return next(context);
    });

    /// <summary>Sets the headers, again if need be.</summary>
    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[RequestId] = context.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase)
            ? DocsPolicy
            : ApiPolicy;
    }

    /// <summary>Whether the text is 1 to <paramref name="maxLength"/> visible ASCII characters.</summary>
    public static bool IsVisibleAscii(string? text, int maxLength) =>
        text is { Length: > 0 } && text.Length <= maxLength && !text.AsSpan().ContainsAnyExcept(Visible);
}
