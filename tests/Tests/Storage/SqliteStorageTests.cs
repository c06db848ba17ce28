using Actors.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Actors.Storage;

public sealed class SqliteStorageTests : CommitStoreSpec
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actors-storage-");

    private protected override bool IsSqlite => true;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_that_somebody_else_keeps_locked_takes_nothing_until_it_is_free()
    {
        var time = new FakeTimeProvider();
        await using var services = Build(
            new(StringComparer.Ordinal) { ["ACTORS_DATA"] = _folder.FullName, ["Storage:CommandTimeout"] = "00:00:03" }, time);
        var store = services.GetRequiredService<ICommitStore>();
        await using var other = new SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "actors.db")};Pooling=False");
        await other.OpenAsync(Cancellation);
        await using (var transaction = other.BeginTransaction(deferred: false))
        {
            Assert.Equal(CommitOutcome.NotWritten, await WithinDeadline(store));
        }

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CommitOutcome.Committed, await WithinDeadline(store));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_no_exception()
    {
        await using var services = Build(new(StringComparer.Ordinal) { ["ACTORS_DATA"] = Path.Combine(_folder.FullName, "nowhere") });

        Assert.Equal(CommitOutcome.NotWritten, await WithinDeadline(services.GetRequiredService<ICommitStore>()));
        Assert.False(await services.GetRequiredService<StorageProbe>().CheckAsync(Cancellation));
    }

    private static Task<CommitOutcome> WithinDeadline(ICommitStore store) =>
        store.CommitAsync(SpecTables.New(SpecTables.Named("a"))).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

    private protected override Migrator Migrator(params Migration[] migrations) => new SqliteMigrator(
        Path.Combine(_folder.FullName, "actors.db"), migrations, TimeProvider.System, NullLogger<Migrator>.Instance);

    private protected override Task<Dictionary<string, string?>> SettingsAsync() =>
        Task.FromResult(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ACTORS_DATA"] = _folder.FullName });
}
