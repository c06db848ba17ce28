using Actors.Infrastructure;
using Actors.Storage.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Storage;

public sealed class PostgresStorageTests(PostgresServer server) : CommitStoreSpec
{
    private string? _connectionString;

    private protected override bool IsSqlite => false;

    private protected override Migrator Migrator(params Migration[] migrations) =>
        new PostgresMigrator(_connectionString!, migrations, TimeProvider.System, NullLogger<Migrator>.Instance);

    private protected override async Task<Dictionary<string, string?>> SettingsAsync() =>
        new(StringComparer.Ordinal) { ["DATABASE_URL"] = _connectionString = await server.CreateDatabaseAsync() };
}
