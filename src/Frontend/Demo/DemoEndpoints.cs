using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Actors.Demo;

/// <summary>A page that shows what can be built on the API: <c>/demo/generation</c>, from a prompt to a model in the gallery. It uses nothing but the public routes.</summary>
internal static class DemoEndpoints
{
    // Pictures and models may lie in an object store elsewhere.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https: http:; connect-src 'self' https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, (string File, string Type)> Files = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["generation"] = ("generation.html", "text/html; charset=utf-8"),
        ["generation.js"] = ("generation.js", "text/javascript; charset=utf-8"),
        ["viewer.js"] = ("viewer.js", "text/javascript; charset=utf-8"),
        ["generation.css"] = ("generation.css", "text/css; charset=utf-8"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Maps the page and its files, which are parts of the program.</summary>
    public static void MapDemo(this WebApplication app)
    {
        foreach (var (path, (file, type)) in Files)
        {
            app.MapGet($"/demo/{path}", (HttpContext context) => Read(file, type, context)).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static FileStreamHttpResult Read(string file, string type, HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Stream(typeof(DemoEndpoints).Assembly.GetManifestResourceStream($"demo/{file}")!, type);
    }
}
