using System.Collections.Concurrent;
using Actors.Generation;
using Actors.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Actors.Providers;

/// <summary>The product's clients of a provider, and the server that plays it; all logs are kept.</summary>
internal sealed class ProviderBed : IAsyncDisposable, ILoggerProvider, ILogger
{
    public const string Key = "sk-test-key-that-nobody-may-see";

    private readonly ServiceProvider _services;

    private ProviderBed(ProviderServer server, (string Name, string Value)[] settings)
    {
        Server = server;
        var values = new Dictionary<string, string?>
        {
            ["Providers:Images:Kind"] = "openai",
            ["Providers:Images:Url"] = server.Url.ToString(),
            ["Providers:Images:Key"] = Key,
            ["Providers:Models:Kind"] = "http",
            ["Providers:Models:Url"] = new Uri(server.Url, "/tasks").ToString(),
            ["Providers:Models:Key"] = Key,
            ["Providers:Models:PollEvery"] = "00:00:00.05",
        };
        foreach (var (name, value) in settings)
        {
            values[name] = value;
        }

        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IHostApplicationLifetime>(p => new ApplicationLifetime(p.GetRequiredService<ILogger<ApplicationLifetime>>()))
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this))
            .AddProviders()
            .BuildServiceProvider();
    }

    public ProviderServer Server { get; }

    public ConcurrentQueue<string> Logs { get; } = new();

    public IImageProvider Images => _services.GetRequiredService<IImageProvider>();

    public IModelProvider Models => _services.GetRequiredService<IModelProvider>();

    /// <summary>The process is told to stop.</summary>
    public void Stop() => _services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

    public static async Task<ProviderBed> StartAsync(Func<ProviderServer, HttpContext, Task> answer, params (string Name, string Value)[] settings) =>
        new(await ProviderServer.StartAsync(answer), settings);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull
    {
        Logs.Enqueue(state.ToString()!);
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Logs.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
        // Nothing of its own: the logs stay readable.
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Server.DisposeAsync();
    }
}
