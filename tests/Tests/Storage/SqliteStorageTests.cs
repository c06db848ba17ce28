using Actors.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Storage;

public sealed class SqliteStorageTests : CommitStoreSpec
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actors-storage-");

    private protected override bool IsSqlite => true;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private protected override Migrator Migrator(params Migration[] migrations) => new SqliteMigrator(
        Path.Combine(_folder.FullName, "actors.db"), migrations, TimeProvider.System, NullLogger<Migrator>.Instance);

    private protected override Task<Dictionary<string, string?>> SettingsAsync() =>
        Task.FromResult(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ACTORS_DATA"] = _folder.FullName });
}
