using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Actors.Webhooks;

/// <summary>Registers what tells webhooks.</summary>
internal static class WebhookHosting
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Adds the client of <see cref="WebhookHandler"/>: it follows nothing, remembers nothing, says nothing but the request, and logs no URLs, which may hold
    /// secrets of their users.
    /// </summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookSenderOptions>().BindConfiguration("Webhooks")
            .Validate(o => o.Timeout >= ShortestTimeout && o.Timeout <= LongestTimeout, "Webhooks:Timeout must be between 1 s and 1 min.")
            .ValidateOnStart();
        services.AddHttpClient(WebhookHandler.Client).ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan) // each attempt has its own limit
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(p => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false, // what is connected to must be what was asked for
                ActivityHeadersPropagator = null,
                MaxResponseDrainSize = 4 * 1024,
                ConnectCallback = p.GetRequiredService<IOptions<WebhookSenderOptions>>().Value.AllowPrivateNetworks ? null : PublicAddresses.ConnectAsync,
            });
        return services;
    }
}
