using Actors.Infrastructure;

namespace Actors.Storage;

public sealed class PostgresStorageTests(PostgresServer server) : CommitStoreSpec
{
    private protected override bool IsSqlite => false;

    private protected override async Task<Dictionary<string, string?>> SettingsAsync() =>
        new(StringComparer.Ordinal) { ["DATABASE_URL"] = await server.CreateDatabaseAsync() };
}
