using Actors.Storage;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Actors.Hosting;

/// <summary>Makes a process a client of silos elsewhere.</summary>
public static class ClusterClient
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Adds the client, and health that says whether it has found a silo.</summary>
    /// <exception cref="OptionsValidationException">A setting is bad.</exception>
    public static WebApplicationBuilder AddClusterClient(this WebApplicationBuilder builder, ClusterClientOptions cluster)
    {
        builder.Services.AddSingleton(cluster);
        builder.Services.AddSingleton<ClusterConnection>();
        builder.Services.AddHealthChecks().AddCheck<ClusterConnection>("cluster");
        // The client's start ends when a silo answers. Health has to be served before that.
        builder.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true);
        GrainInterfaceTypeCache.AddTo(builder.Services);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.Id, cluster.ServiceId));
            client.Configure<ClientMessagingOptions>(messages => messages.ResponseTimeout = cluster.ResponseTimeout);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
            client.Configure<ConnectionOptions>(connections =>
                (connections.OpenConnectionTimeout, connections.ConnectionRetryDelay) = (ConnectTimeout, BetweenAttempts));
            client.UseConnectionRetryFilter(TryAgainAsync);
            client.Services.AddSingleton<IClusterConnectionStatusObserver>(services => services.GetRequiredService<ClusterConnection>());
            FindSilos(client, cluster);
        });
        return builder;
    }

    private static void FindSilos(IClientBuilder client, ClusterClientOptions cluster)
    {
        if (cluster.Membership is null)
        {
            client.Services.AddSingleton<IGatewayListProvider, GatewaysByName>();
            return;
        }

        try
        {
            client.UseMembership(ConnectionUrl.Parse(cluster.Membership));
        }
        catch (FormatException exception)
        {
            throw new OptionsValidationException(
                nameof(ClusterClientOptions), typeof(ClusterClientOptions), [$"Cluster:Membership: {exception.Message}"]);
        }
    }

    // For as long as it takes: a client may be there before the first silo.
    private static async Task<bool> TryAgainAsync(Exception failure, CancellationToken cancellationToken)
    {
        await Task.Delay(BetweenAttempts, cancellationToken);
        return true;
    }
}
