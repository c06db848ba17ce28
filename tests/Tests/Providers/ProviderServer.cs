using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Actors.Providers;

/// <summary>A real server in a provider's place, which answers as a test says.</summary>
internal sealed class ProviderServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private ProviderServer(WebApplication server) => _server = server;

    /// <summary>What it was asked, in order.</summary>
    public ConcurrentQueue<ProviderRequest> Requests { get; } = new();

    public Uri Url => new(_server.Urls.First());

    /// <summary>Method and path of each request.</summary>
    public IEnumerable<string> Paths => Requests.Select(r => $"{r.Method} {r.Path}");

    public static async Task<ProviderServer> StartAsync(Func<ProviderServer, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var provider = new ProviderServer(builder.Build());
        provider._server.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            provider.Requests.Enqueue(new(
                context.Request.Method,
                context.Request.Path,
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await body.ReadToEndAsync(context.RequestAborted)));
            await answer(provider, context);
        });
        await provider._server.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>What a provider was asked.</summary>
internal sealed record ProviderRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Authorization => Headers.GetValueOrDefault("Authorization", "");
}
