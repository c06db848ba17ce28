using System.Net;
using Actors.Audit;
using Actors.Blobs;
using Actors.ChangeLog;
using Actors.Jobs;
using Actors.Mail;
using Actors.Moderation;
using Actors.Secrets;
using Actors.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Actors.Hosting;

/// <summary>Makes a host a node of the cluster.</summary>
public static class SiloHosting
{
    /// <summary>
    /// A cluster of one silo inside this process, for the embedded mode: store, schema, grains. The store is PostgreSQL if one is
    /// configured, else a SQLite file.
    /// </summary>
    public static IHostApplicationBuilder AddEmbeddedSilo(this IHostApplicationBuilder builder) =>
        builder.AddSilo(isAlone: true, silo =>
        {
            silo.UseLocalhostClustering(siloPort: Clustering.FreePort(IPAddress.Loopback), gatewayPort: 0);
            silo.Configure<ClusterOptions>(cluster => cluster.ServiceId = NodeOptions.DefaultName);
        });

    /// <summary>One of any number of silos over one PostgreSQL database.</summary>
    /// <exception cref="OptionsValidationException">A setting is bad, or no PostgreSQL is configured.</exception>
    public static IHostApplicationBuilder AddClusterSilo(this IHostApplicationBuilder builder)
    {
        var node = NodeOptions.Read(builder.Configuration);
        var postgres = StorageOptions.Read(builder.Configuration).PostgreSql ?? throw new OptionsValidationException(
            nameof(StorageOptions),
            typeof(StorageOptions),
            ["a silo of a cluster needs PostgreSQL: set DATABASE_URL=postgresql://user:password@host/database."]);
        return builder.AddSilo(isAlone: false, silo => silo.UseCluster(node, postgres));
    }

    private static IHostApplicationBuilder AddSilo(
        this IHostApplicationBuilder builder, bool isAlone, Action<ISiloBuilder> useClustering)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        // Before the silo and what looks after the store: hosted services start in the order of their registration.
        builder.Services.AddHostedService<SchemaAtStart>();
        builder.Services.AddStorage(builder.Configuration, isAlone);
        builder.Services.AddSecrets(builder.Configuration, isAlone);
        GrainInterfaceTypeCache.AddTo(builder.Services);
        builder.UseOrleans(silo =>
        {
            useClustering(silo);
            silo.AddChangeStreams();
            silo.Services.AddGrainServices();
        });
        builder.Services.AddModeration();
        builder.Services.AddMail(builder.Configuration);
        builder.Services.AddBlobs(builder.Configuration, isAlone);
        if (builder.Services.Any(service => service.ServiceType == typeof(IBlobStore)))
        {
            builder.Services.AddWorkers(); // what they make are files
        }

        builder.Services.AddOptions<AdminOptions>().BindConfiguration("Admin")
            .Configure(admin => (admin.Email, admin.Password, admin.MakesOne) = (
                builder.Configuration["ACTORS_ADMIN_EMAIL"] ?? admin.Email, builder.Configuration["ACTORS_ADMIN_PASSWORD"] ?? admin.Password, isAlone))
            .Validate(
                admin => string.IsNullOrEmpty(admin.Email) == string.IsNullOrEmpty(admin.Password),
                "ACTORS_ADMIN_EMAIL and ACTORS_ADMIN_PASSWORD (Admin:Email and Admin:Password) go together.")
            .ValidateOnStart();
        builder.Services.AddHostedService<AdminAtStart>();
        builder.Services.AddHostedService<FailureSweeper>();
        builder.Services.AddHostedService<AuditSweeper>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store").AddCheck<SiloHealth>("silo");
        return builder;
    }
}
