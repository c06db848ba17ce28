using System.Net.Http.Headers;
using Actors.Generation;
using Actors.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Actors.Providers;

/// <summary>Registers those who make images and models.</summary>
internal static class ProviderHosting
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Adds the two that the configuration names.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        var options = services.AddOptions<ProviderOptions>().BindConfiguration("Providers");
        Check(o => o.Images.Kind is ImageProviderOptions.Local or ImageProviderOptions.OpenAi, "Providers:Images:Kind must be local or openai.");
        Check(o => o.Models.Kind is ModelProviderOptions.Local or ModelProviderOptions.Http, "Providers:Models:Kind must be local or http.");
        Check(o => IsBase(o.Images.Url), "Providers:Images:Url must be an http or https URL without query.");
        Check(o => IsBase(o.Models.Url), "Providers:Models:Url must be an http or https URL without query.");
        Check(o => IsKey(o.Images.Key) && IsKey(o.Models.Key), "Providers:Images:Key and Providers:Models:Key must be visible ASCII characters.");
        Check(o => !string.IsNullOrWhiteSpace(o.Images.Model), "Providers:Images:Model must be set.");
        Check(o => IsTimeout(o.Images.Timeout) && IsTimeout(o.Models.Timeout), "Providers:Images:Timeout and Providers:Models:Timeout must be between 1 s and 10 min.");
        Check(
            o => o.Models.PollEvery >= TimeSpan.FromMilliseconds(50) && o.Models.PollEvery <= TimeSpan.FromMinutes(1),
            "Providers:Models:PollEvery must be between 50 ms and 1 min.");
        options.ValidateOnStart();

        services.AddProviderClient();
        services.AddHttpClient(ProviderHttp.Elsewhere).ConfigureHttpClient(Unlimited)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false, // what is connected to must be what was asked for
                ConnectCallback = PublicAddresses.ConnectAsync,
            });
        services.AddSingleton<IImageProvider>(p => p.GetRequiredService<IOptions<ProviderOptions>>().Value.Images.Kind == ImageProviderOptions.OpenAi
            ? ActivatorUtilities.CreateInstance<OpenAiImages>(p)
            : new ProceduralImages());
        services.AddSingleton<IModelProvider>(p => p.GetRequiredService<IOptions<ProviderOptions>>().Value.Models.Kind == ModelProviderOptions.Http
            ? ActivatorUtilities.CreateInstance<HttpModels>(p)
            : new ReliefModels());
        return services;

        void Check(Func<ProviderOptions, bool> holds, string otherwise) => options.Validate(holds, otherwise);
    }

    /// <summary>Adds the client that asks providers themselves.</summary>
    public static IServiceCollection AddProviderClient(this IServiceCollection services)
    {
        services.AddHttpClient(ProviderHttp.Api).ConfigureHttpClient(Unlimited)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        return services;
    }

    /// <summary>Whether paths can be added to it.</summary>
    public static bool IsBase(Uri url) => url.IsAbsoluteUri && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.UserInfo.Length == 0;

    /// <summary>Whether it can be sent as a key, or is none.</summary>
    public static bool IsKey(string? key) => string.IsNullOrEmpty(key) || AuthenticationHeaderValue.TryParse($"Bearer {key}", out _);

    // Each request has a limit of its own, for its body too.
    private static void Unlimited(HttpClient client) => client.Timeout = Timeout.InfiniteTimeSpan;

    private static bool IsTimeout(TimeSpan timeout) => timeout >= ShortestTimeout && timeout <= LongestTimeout;
}
