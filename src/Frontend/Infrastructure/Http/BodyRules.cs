using Microsoft.Net.Http.Headers;

namespace Actors.Infrastructure.Http;

/// <summary>What a body may be, before anybody reads it.</summary>
internal static class BodyRules
{
    /// <summary>Largest body, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Refuses bodies that are too large (413) or not JSON in UTF-8 (415). What a signed URL takes stands in it.</summary>
    public static IApplicationBuilder UseBodyRules(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (SignedUrl.Leads(context))
        {
            return next(context);
        }

        var request = context.Request;
        if (request.ContentLength > MaxBytes)
        {
            throw new BadHttpRequestException("", StatusCodes.Status413PayloadTooLarge);
        }

        if (request.ContentType is not null && HasBody(request))
        {
            // The framework takes charset=utf-8 but not the same in quotes: it reads what is known to be right.
            request.ContentType = IsJson(request)
                ? MediaTypes.Json
                : throw new BadHttpRequestException("", StatusCodes.Status415UnsupportedMediaType);
        }

        return next(context);
    });

    // A charset that is no UTF-8 would be transcoded, or fail deep inside the framework.
    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && request.HasJsonContentType()
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));

    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;
}
