using System.Net;
using System.Net.Sockets;
using Actors.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;

namespace Actors.Hosting;

/// <summary>Makes a host a node of the cluster.</summary>
public static class SiloHosting
{
    /// <summary>
    /// A cluster of one silo inside this process, for the embedded mode: store, schema, grains. The store is PostgreSQL if one is
    /// configured, else a SQLite file.
    /// </summary>
    public static IHostApplicationBuilder AddEmbeddedSilo(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddStorage(builder.Configuration, isAlone: true);
        // Before the silo starts: hosted services start in the order of their registration.
        builder.Services.AddHostedService<SchemaAtStart>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
            silo.Configure<ClusterOptions>(cluster => cluster.ServiceId = "actors");
            silo.Services.AddGrainServices();
        });
        builder.Services.AddOptions<AdminOptions>().BindConfiguration("Admin").Validate(
            admin => (admin.Email is null) == (admin.Password is null), "Admin:Email and Admin:Password go together.").ValidateOnStart();
        builder.Services.AddHostedService<AdminAtStart>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store").AddCheck<SiloHealth>("silo");
        return builder;
    }

    /// <summary>Several embedded systems may run on one machine; nobody needs to know the port.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
