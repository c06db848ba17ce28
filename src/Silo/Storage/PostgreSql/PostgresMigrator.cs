using Npgsql;

namespace Actors.Storage.PostgreSql;

/// <summary>Migrates PostgreSQL, one silo at a time: under an advisory lock of its session.</summary>
internal sealed class PostgresMigrator : Migrator
{
    // Any constant of ours; the same in every binary for ever.
    private const long LockKey = 0x4163746F7273; // "Actors"

    private readonly string _connectionString;

    public PostgresMigrator(string connectionString, TimeProvider time, ILogger<Migrator> logger)
        : this(connectionString, Migration.Embedded("PostgreSql"), time, logger)
    {
    }

    internal PostgresMigrator(string connectionString, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger<Migrator> logger)
        : base(migrations, time, logger)
    {
        // A connection of its own, closed for real: the lock cannot outlive it. No limit: others may be long at work.
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString;
    }

    public override async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "select pg_advisory_lock(@key)", [("key", LockKey)], cancellationToken);
        await ExecuteAsync(
            connection,
            """
            create table if not exists schema_migrations (
                version int primary key, name text not null, checksum text not null, applied_at timestamptz not null)
            """,
            [],
            cancellationToken);
        var pending = Pending(await ReadAppliedAsync(connection, cancellationToken));
        foreach (var migration in pending)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ApplyAsync(connection, migration, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return NamesOf(pending);
    }

    private protected override async Task<List<AppliedMigration>> AppliedAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select to_regclass('schema_migrations') is not null", connection);
        return await exists.ExecuteScalarAsync(cancellationToken) is true ? await ReadAppliedAsync(connection, cancellationToken) : [];
    }
}
