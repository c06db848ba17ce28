using System.Data.Common;

namespace Actors.Storage;

/// <summary>
/// Brings the schema to this binary's version. May be run any number of times and by several silos at once: they wait for
/// each other. Each migration is a transaction of its own; there is no way back.
/// </summary>
public abstract partial class Migrator
{
    private protected const string SelectApplied = "select version, name, checksum from schema_migrations order by version";

    private readonly IReadOnlyList<Migration> _migrations;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private protected Migrator(IReadOnlyList<Migration> migrations, TimeProvider time, ILogger logger)
    {
        if (migrations.DistinctBy(m => m.Version).Count() != migrations.Count)
        {
            throw new InvalidOperationException("Two migrations have the same number.");
        }

        _migrations = migrations;
        _time = time;
        _logger = logger;
    }

    /// <summary>Applies what is missing, and returns the names of what it applied, e.g. <c>0001_core</c>, in order.</summary>
    /// <exception cref="SchemaException">
    /// The database is newer than this binary, or was migrated by other files than this binary has. Nothing was changed.
    /// </exception>
    public abstract Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default);

    /// <summary>The names of what <see cref="MigrateAsync"/> would apply. Changes nothing, not even an empty database.</summary>
    /// <exception cref="SchemaException">As from <see cref="MigrateAsync"/>.</exception>
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken = default) =>
        NamesOf(Pending(await AppliedAsync(cancellationToken)));

    /// <summary>What was applied so far; nothing if the database is empty or not there yet.</summary>
    private protected abstract Task<List<AppliedMigration>> AppliedAsync(CancellationToken cancellationToken);

    private protected static IReadOnlyList<string> NamesOf(IEnumerable<Migration> migrations) =>
        [.. migrations.Select(m => $"{m.Version:D4}_{m.Name}")];

    /// <summary>What is missing, if the database fits to this binary at all.</summary>
    private protected List<Migration> Pending(IReadOnlyList<AppliedMigration> applied)
    {
        var known = _migrations.ToDictionary(m => m.Version);
        var newest = _migrations.Count == 0 ? 0 : _migrations[^1].Version;
        foreach (var row in applied)
        {
            if (!known.Remove(row.Version, out var migration))
            {
                throw new SchemaException(
                    row.Version > newest
                        ? $"The database has migration {row.Version:D4}_{row.Name}, but this binary knows only {newest:D4} and older: start a newer binary."
                        : $"The database has migration {row.Version:D4}_{row.Name}, which this binary does not have.");
            }

            if (!string.Equals(migration.Checksum, row.Checksum, StringComparison.Ordinal))
            {
                throw new SchemaException(
                    $"Migration {row.Version:D4}_{row.Name} was applied with another content than this binary has: applied migrations must not be edited.");
            }
        }

        return [.. known.Values.OrderBy(m => m.Version)];
    }

    private protected static async Task<List<AppliedMigration>> ReadAppliedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = SelectApplied;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new List<AppliedMigration>();
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(new AppliedMigration(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return applied;
    }

    /// <summary>Runs a migration and notes it, inside the transaction that the connection is in.</summary>
    private protected async Task ApplyAsync(DbConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, migration.Sql, [], cancellationToken);
        await ExecuteAsync(
            connection,
            "insert into schema_migrations (version, name, checksum, applied_at) values (@version, @name, @checksum, @applied_at)",
            [("version", migration.Version), ("name", migration.Name), ("checksum", migration.Checksum), ("applied_at", _time.GetUtcNow())],
            cancellationToken);
        LogApplied(migration.Version, migration.Name);
    }

    private protected static async Task ExecuteAsync(
        DbConnection connection, string sql, (string Name, object Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the SQL is embedded in this assembly
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Version} {Name} is applied")]
    private partial void LogApplied(int version, string name);
}
