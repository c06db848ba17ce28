using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Cli;

/// <summary>
/// The routes of administrators of a system that runs, as one of its services: at <c>ACTORS_URL</c> (<c>http://127.0.0.1:8080</c>), with
/// <c>ACTORS_CLIENT_ID</c> and <c>ACTORS_CLIENT_SECRET</c>, which <c>actors clients add</c> prints.
/// </summary>
internal sealed class AdminApi : IDisposable
{
    private readonly HttpClient _http;

    private AdminApi(Uri url) => _http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Logs in.</summary>
    public static async Task<AdminApi> ConnectAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var url = configuration["ACTORS_URL"] ?? "http://127.0.0.1:8080";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw Refused("ACTORS_URL is no address that begins with http:// or https://.");
        }

        if (configuration["ACTORS_CLIENT_ID"] is not { Length: > 0 } id || configuration["ACTORS_CLIENT_SECRET"] is not { Length: > 0 } secret)
        {
            throw Refused("Set ACTORS_CLIENT_ID and ACTORS_CLIENT_SECRET; `actors clients add NAME` makes them.");
        }

        var api = new AdminApi(address);
        try
        {
            var answer = await api.SendAsync(
                HttpMethod.Post, "/api/v1/auth/token", new JsonObject { ["clientId"] = id, ["clientSecret"] = secret }, cancellationToken);
            api._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer["data"]!["token"]!.GetValue<string>());
            return api;
        }
        catch
        {
            api.Dispose();
            throw;
        }
    }

    /// <summary>The whole answer: <c>data</c>, and <c>meta</c> if it has one.</summary>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var answer = await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            return response.IsSuccessStatusCode && answer is not null
                ? answer
                : throw Refused($"{answer?["error"]?["code"]}: {answer?["error"]?["message"]}");
        }
        catch (HttpRequestException unreachable)
        {
            throw Refused($"{_http.BaseAddress} does not answer: {unreachable.Message}");
        }
        catch (JsonException)
        {
            throw Refused($"{_http.BaseAddress} does not answer as an Actors system does.");
        }
    }

    public void Dispose() => _http.Dispose();

    private static AppException Refused(string message) => new(ErrorKind.Invalid, "CLI", message);
}
