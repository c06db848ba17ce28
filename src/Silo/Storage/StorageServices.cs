using System.Data.Common;
using Actors.ChangeLog;
using Actors.Storage.PostgreSql;
using Actors.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Actors.Storage;

/// <summary>Registers the storage of a silo.</summary>
public static class StorageServices
{
    private const string Readers = "readers";

    /// <summary>
    /// Adds <see cref="ICommitStore"/>, <see cref="Database"/>, <see cref="Migrator"/>, <see cref="StorageProbe"/> and
    /// <see cref="StorageOptions"/>: on PostgreSQL if it is configured, else on a SQLite file. Nothing connects yet; run the
    /// migrator before anything else uses the store, also before the hosted services that this adds.
    /// </summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="isAlone">Whether no other silo works on the same database: then nobody is told of changes.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is bad.</exception>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration, bool isAlone = false)
    {
        var options = StorageOptions.Read(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<CommitInstruments>();
        services.AddSingleton<StorageProbe>();
        services.AddHostedService<IdempotencySweeper>();
        services.AddSingleton<LogInstruments>();
        services.AddSingleton<LogRetention>();
        services.AddHostedService(p => p.GetRequiredService<LogRetention>());
        services.AddSingleton<LogSignals>();
        services.TryAddSingleton<ChangeInterests>();
        services.AddSingleton<ICommitObserver>(p => new LogAnnouncer(
            p.GetRequiredService<LogSignals>(),
            p.GetRequiredService<ChangeInterests>(),
            isAlone ? null : p.GetRequiredService<DbDataSource>() as NpgsqlDataSource,
            p.GetRequiredService<ILogger<LogAnnouncer>>()));
        if (options.PostgreSql is { } connection)
        {
            services.AddSingleton<ICommitStore, PostgresCommitStore>();
            services.AddSingleton<DbDataSource>(_ => PostgresSources.Upkeep(options));
            services.AddSingleton<RowSecurity>();
            services.AddKeyedSingleton<DbDataSource>(Readers, (p, _) => PostgresSources.Reader(options, p.GetRequiredService<RowSecurity>()));
            services.AddSingleton(p => new Database(p.GetRequiredKeyedService<DbDataSource>(Readers), RowSecurity.Scope));
            services.AddSingleton<IChangeLog, PostgresChangeLog>();
            services.AddSingleton<IOldChanges, PostgresOldChanges>();
            if (!isAlone)
            {
                services.AddHostedService<LogListener>();
            }

            services.AddSingleton<Migrator>(p => new PostgresMigrator(
                connection, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Migrator>>()));
        }
        else
        {
            services.AddSingleton<ICommitStore, SqliteCommitStore>();
            services.AddSingleton<IChangeLog, SqliteChangeLog>();
            services.AddSingleton<IOldChanges, SqliteOldChanges>();
            services.AddSingleton(_ => SqliteSources.Reader(options.SqlitePath));
            services.AddSingleton(p => new Database(p.GetRequiredService<DbDataSource>()));
            services.AddSingleton<Migrator>(p => new SqliteMigrator(
                options.SqlitePath, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Migrator>>()));
        }

        return services;
    }
}
