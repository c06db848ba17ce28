using System.Net;
using System.Text.Json;

namespace Actors.Http;

/// <summary>The OpenAPI document of a running system, to hold its answers against.</summary>
public sealed class ApiDescription
{
    private const string Json = "application/json";

    private readonly JsonElement _document;
    private readonly JsonShape _shape;

    private ApiDescription(JsonElement document)
    {
        _document = document;
        _shape = new JsonShape(document);
        Routes = (from path in document.GetProperty("paths").EnumerateObject()
                  from method in path.Value.EnumerateObject()
                  select $"{method.Name.ToUpperInvariant()} {path.Name}").ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Every route: <c>GET /api/v1/work-orders/{id}</c>.</summary>
    public IReadOnlySet<string> Routes { get; }

    public static ApiDescription Parse(string json) => new(JsonDocument.Parse(json).RootElement);

    public static async Task<ApiDescription> OfAsync(HttpClient http) => Parse(await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

    /// <summary>The route that answers a request; a word of the template goes before a parameter.</summary>
    public string RouteOf(HttpMethod method, string path) =>
        Routes.Where(r => Matches(r, $"{method.Method} {path}")).MinBy(r => r.Count(c => c == '{'))
        ?? throw new InvalidOperationException($"{method} {path} is not described.");

    /// <summary>What an answer has that the description does not, or the other way round; one sentence each.</summary>
    public IEnumerable<string> Problems(string route, HttpStatusCode status, string text)
    {
        if (!Responses(route).TryGetProperty(((int)status).ToString("D3", null), out var response))
        {
            return [$"{route}: status {(int)status} is not described."];
        }

        if (!response.TryGetProperty("content", out var content))
        {
            return text.Length == 0 ? [] : [$"{route} {(int)status}: no body is described, but there is one."];
        }

        var problems = content.TryGetProperty(Json, out var json)
            ? _shape.Problems(JsonDocument.Parse(text).RootElement, json.GetProperty("schema"))
            : [$"no {Json} is described."];
        return problems.Select(p => $"{route} {(int)status}: {p}");
    }

    /// <summary>As <see cref="Problems"/>, of the data of one event of a feed.</summary>
    public IEnumerable<string> EventProblems(string route, JsonElement data) =>
        _shape.Problems(data, Responses(route).GetProperty("200").GetProperty("content").GetProperty("text/event-stream").GetProperty("schema"));

    private JsonElement Responses(string route)
    {
        var (method, path) = (route.Split(' ')[0].ToLowerInvariant(), route.Split(' ')[1]);
        return _document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");
    }

    private static bool Matches(string route, string request)
    {
        var (template, path) = (route.Split('/'), request.Split('/'));
        return template.Length == path.Length && template.Zip(path).All(s => s.First.StartsWith('{') || s.First == s.Second);
    }
}
