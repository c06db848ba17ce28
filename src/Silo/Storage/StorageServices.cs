using System.Data.Common;
using Actors.Storage.PostgreSql;
using Actors.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Actors.Storage;

/// <summary>Registers the storage of a silo.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds <see cref="ICommitStore"/>, <see cref="Database"/>, <see cref="Migrator"/>, <see cref="StorageProbe"/> and
    /// <see cref="StorageOptions"/>: on PostgreSQL if it is configured, else on a SQLite file. Nothing connects yet; run the
    /// migrator before anything else uses the store.
    /// </summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is bad.</exception>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        var options = StorageOptions.Read(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<CommitInstruments>();
        services.AddSingleton<StorageProbe>();
        services.AddSingleton<Database>();
        services.AddHostedService<IdempotencySweeper>();
        if (options.PostgreSql is { } connection)
        {
            services.AddSingleton<ICommitStore, PostgresCommitStore>();
            services.AddSingleton<DbDataSource>(_ => PostgresSources.Reader(options));
            services.AddSingleton<Migrator>(p => new PostgresMigrator(
                connection, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Migrator>>()));
        }
        else
        {
            services.AddSingleton<ICommitStore, SqliteCommitStore>();
            services.AddSingleton(_ => SqliteSources.Reader(options.SqlitePath));
            services.AddSingleton<Migrator>(p => new SqliteMigrator(
                options.SqlitePath, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Migrator>>()));
        }

        return services;
    }
}
