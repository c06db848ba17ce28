using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Actors.Chaos.Generation;

/// <summary>A real server in the place of those who make pictures and models. It takes its time, and knows how often it was asked for what.</summary>
internal sealed class Makers : IAsyncDisposable
{
    private const int MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan PictureTakes = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ModelTakes = TimeSpan.FromSeconds(3);

    // One white pixel; what follows the end of the picture makes each unlike any other.
    private static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==");

    private readonly ConcurrentDictionary<string, long> _pictures = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _begun = new(StringComparer.Ordinal);
    private readonly WebApplication _server;

    private Makers()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MostBytes);
        _server = builder.Build();
        _server.MapPost("/v1/images/generations", DrawAsync);
        _server.MapPost("/tasks", Begin);
        _server.MapGet("/tasks/{id}", Tell);
        _server.MapDelete("/tasks/{id}", (string id) => _begun.TryRemove(id, out _) ? Results.NoContent() : Results.NotFound());
        _server.MapGet("/model.glb", () => Results.Bytes(ModelFiles.Glb()));
    }

    /// <summary>How many pictures were asked for, by their prompt.</summary>
    public IReadOnlyDictionary<string, long> PicturesAsked => _pictures;

    /// <summary>How many models were asked for, by the SHA-256 of their picture.</summary>
    public IReadOnlyDictionary<string, long> ModelsAsked => _models;

    /// <summary>By which a worker asks them.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("Providers__Images__Kind", "openai"),
        ("Providers__Images__Url", Url.ToString()),
        ("Providers__Models__Kind", "http"),
        ("Providers__Models__Url", new Uri(Url, "/tasks").ToString()),
        ("Providers__Models__PollEvery", "00:00:00.5"),
    ];

    private Uri Url => new(_server.Urls.First());

    public static async Task<Makers> StartAsync()
    {
        var makers = new Makers();
        await makers._server.StartAsync();
        return makers;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<IResult> DrawAsync(JsonElement wanted, CancellationToken cancellationToken)
    {
        Count(_pictures, wanted.GetProperty("prompt").GetString()!);
        await Waiting.PauseAsync(PictureTakes, cancellationToken);
        byte[] picture = [.. Pixel, .. Encoding.ASCII.GetBytes(Guid.CreateVersion7().ToString())];
        return Results.Json(new { data = new[] { new { b64_json = picture } } });
    }

    private IResult Begin(JsonElement wanted)
    {
        var picture = Convert.FromBase64String(wanted.GetProperty("image_url").GetString()!.Split(',')[1]);
        Count(_models, Convert.ToHexStringLower(SHA256.HashData(picture)));
        var id = Guid.CreateVersion7().ToString("n");
        _begun[id] = Stopwatch.GetTimestamp();
        return Results.Json(new { result = id });
    }

    private IResult Tell(string id)
    {
        if (!_begun.TryGetValue(id, out var begun))
        {
            return Results.NotFound();
        }

        var made = Stopwatch.GetElapsedTime(begun) / ModelTakes;
        return made < 1
            ? Results.Json(new { status = "IN_PROGRESS", progress = Math.Round(100 * made) })
            : Results.Json(new { status = "SUCCEEDED", progress = 100, model_urls = new { glb = new Uri(Url, "/model.glb") } });
    }

    private static void Count(ConcurrentDictionary<string, long> asked, string what) => asked.AddOrUpdate(what, 1, (_, times) => times + 1);
}
