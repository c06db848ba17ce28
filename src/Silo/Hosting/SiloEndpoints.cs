using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Actors.Hosting;

/// <summary>The HTTP side of a process that serves no API: health for whoever runs it. Grains are reached through Orleans alone.</summary>
public static class SiloEndpoints
{
    /// <summary>Maps <c>/health/live</c> (the process answers) and <c>/health/ready</c> (all checks are healthy: of a silo, member of the cluster, store answers, not stopping).</summary>
    public static WebApplication MapPlainHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => "alive");
        app.MapHealthChecks("/health/ready");
        return app;
    }

    /// <summary>Tells whoever started the process where it stands in the cluster.</summary>
    internal static WebApplication PrintWhereItStands(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var cluster = app.Services.GetRequiredService<IOptions<ClusterOptions>>().Value;
            var endpoints = app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
            Console.WriteLine(
                $"Silo of cluster '{cluster.ClusterId}' at {endpoints.SiloListeningEndpoint}, gateway {endpoints.GatewayListeningEndpoint}");
            foreach (var url in app.ListeningOn())
            {
                Console.WriteLine($"  ready              {url}/health/ready");
            }
        });
        return app;
    }
}
