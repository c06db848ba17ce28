using Actors.Infrastructure.Http;
using Actors.Storage;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Actors.Hosting;

/// <summary>Gives the endpoints their grains: in this process, or in silos elsewhere.</summary>
internal static class Cluster
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Adds a silo or a client of silos, as <c>Cluster:Mode</c> says.</summary>
    public static WebApplicationBuilder AddCluster(this WebApplicationBuilder builder)
    {
        var cluster = FrontendClusterOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(cluster);
        if (cluster.Mode == ClusterMode.Embedded)
        {
            builder.AddEmbeddedSilo();
            builder.Services.AddSingleton<WrittenAnswers>();
            return builder;
        }

        builder.Services.AddHttpContextAccessor();
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
            client.AddOutgoingGrainCallFilter<CallRetries>();
            FindSilos(client, cluster);
        });
        return builder;
    }

    /// <summary>Refuses calls of the API until the first silo was found.</summary>
    public static WebApplication UseCluster(this WebApplication app)
    {
        if (app.Services.GetService<ClusterConnection>() is { } connection)
        {
            app.Use((context, next) => connection.IsStarted || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
                ? next(context)
                : Failures.Write(context, StatusCodes.Status503ServiceUnavailable, StatusErrors.Of(503)));
        }

        return app;
    }

    private static void FindSilos(IClientBuilder client, FrontendClusterOptions cluster)
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
                nameof(FrontendClusterOptions), typeof(FrontendClusterOptions), [$"Cluster:Membership: {exception.Message}"]);
        }
    }

    // For as long as it takes: a frontend may be there before the first silo.
    private static async Task<bool> TryAgainAsync(Exception failure, CancellationToken cancellationToken)
    {
        await Task.Delay(BetweenAttempts, cancellationToken);
        return true;
    }
}
