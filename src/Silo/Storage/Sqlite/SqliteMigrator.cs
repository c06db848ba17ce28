using Microsoft.Data.Sqlite;

namespace Actors.Storage.Sqlite;

/// <summary>Migrates a SQLite file; makes it, and its folder, if missing.</summary>
internal sealed class SqliteMigrator : Migrator
{
    private readonly string _path;

    public SqliteMigrator(string path, TimeProvider time, ILogger<Migrator> logger)
        : this(path, Migration.Embedded("Sqlite"), time, logger)
    {
    }

    internal SqliteMigrator(string path, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger<Migrator> logger)
        : base(migrations, time, logger) => _path = path;

    public override async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);

        // Rebuilding a table, SQLite's way of altering one, must not trip over the keys that refer to it.
        await using var connection = new SqliteConnection(SqliteSources.ConnectionString(_path, foreignKeys: false));
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, "pragma journal_mode = wal", [], cancellationToken);
        await ExecuteAsync(connection, "pragma synchronous = full", [], cancellationToken);
        var applied = new List<Migration>();
        while (await ApplyNextAsync(connection, cancellationToken) is { } migration)
        {
            applied.Add(migration);
        }

        return NamesOf(applied);
    }

    private protected override async Task<List<AppliedMigration>> AppliedAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            return []; // opening it would make it
        }

        await using var connection = new SqliteConnection(SqliteSources.ConnectionString(_path));
        await connection.OpenAsync(cancellationToken);
        await using var exists = connection.CreateCommand();
        exists.CommandText = "select count(*) from sqlite_master where type = 'table' and name = 'schema_migrations'";
        return await exists.ExecuteScalarAsync(cancellationToken) is 1L ? await ReadAppliedAsync(connection, cancellationToken) : [];
    }

    // What is missing is read inside the writing transaction, so that two at once do not apply the same migration.
    private async Task<Migration?> ApplyNextAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "begin immediate", [], cancellationToken);
        try
        {
            await ExecuteAsync(
                connection,
                """
                create table if not exists schema_migrations (
                    version integer primary key, name text not null, checksum text not null, applied_at text not null)
                """,
                [],
                cancellationToken);
            var next = Pending(await ReadAppliedAsync(connection, cancellationToken)).FirstOrDefault();
            if (next is not null)
            {
                await ApplyAsync(connection, next, cancellationToken);
            }

            await ExecuteAsync(connection, "commit", [], cancellationToken);
            return next;
        }
        catch
        {
            await ExecuteAsync(connection, "rollback", [], CancellationToken.None);
            throw;
        }
    }
}
