using System.Data.Common;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Actors.Cli;

/// <summary><c>actors migrate</c>, on every store.</summary>
public abstract class MigrateCommandTests
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Pending = 3;

    [Fact]
    public async Task An_empty_database_gets_every_migration_and_a_second_run_does_nothing()
    {
        var store = await EmptyAsync();

        Assert.Equal((Done, Lines("applied", store.Engine), ""), await RunAsync(store, "migrate"));
        Assert.Equal((Done, "The schema is up to date.\n", ""), await RunAsync(store, "migrate"));
    }

    [Fact]
    public async Task A_check_tells_what_is_pending_and_changes_nothing()
    {
        var store = await EmptyAsync();

        Assert.Equal((Pending, Lines("pending", store.Engine), ""), await RunAsync(store, "migrate", "--check"));
        Assert.Equal((Pending, Lines("pending", store.Engine), ""), await RunAsync(store, "migrate", "--check"));
        Assert.False(await HasTableAsync(store));
        await RunAsync(store, "migrate");
        Assert.Equal((Done, "The schema is up to date.\n", ""), await RunAsync(store, "migrate", "--check"));
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("migrate", "--check")]
    public async Task A_newer_database_is_refused(params string[] args)
    {
        var store = await EmptyAsync();
        await RunAsync(store, "migrate");
        await ExecuteAsync(store, "insert into schema_migrations (version, name, checksum, applied_at) values (9999, 'future', '', '2030-01-01')");

        var (code, output, error) = await RunAsync(store, args);

        Assert.Equal((Failed, ""), (code, output));
        Assert.Matches(@"^The database has migration 9999_future, but this binary knows only \d{4} and older: start a newer binary\.\n$", error);
    }

    private protected sealed record Store(string Engine, string Setting, string Value, DbProviderFactory Provider, string ConnectionString);

    private protected abstract Task<Store> EmptyAsync();

    private static string Lines(string state, string engine) =>
        string.Concat(Migration.Embedded(engine).Select(m => $"{state} {m.Version:D4}_{m.Name}\n"));

    private static Task<(int Code, string Output, string Error)> RunAsync(Store store, params string[] args) =>
        CommandLine.RunAsync(args, (store.Setting, store.Value));

    private static async Task<bool> HasTableAsync(Store store)
    {
        try
        {
            await ExecuteAsync(store, "select 1 from schema_migrations");
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(Store store, string sql)
    {
        await using var source = store.Provider.CreateDataSource(store.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

/// <inheritdoc />
public sealed class MigrateCommandOnSqliteTests : MigrateCommandTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-cli-").FullName;

    [Fact]
    public async Task A_check_makes_no_file()
    {
        var store = await EmptyAsync();

        await CommandLine.RunAsync(["migrate", "--check"], (store.Setting, store.Value));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task The_process_reads_its_environment()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "actors.dll");
        string[] environment = ["env", "-u", "DATABASE_URL", "-u", "ConnectionStrings__Postgres", $"ACTORS_DATA={_folder}/data"];

        var (code, output) = await ChildProcess.RunAsync([.. environment, "dotnet", program, "migrate"], _folder);

        Assert.Equal((0, true), (code, output.StartsWith("applied 0001_core", StringComparison.Ordinal)));
        Assert.True(File.Exists($"{_folder}/data/actors.db"));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private protected override Task<Store> EmptyAsync() => Task.FromResult(
        new Store("Sqlite", "ACTORS_DATA", _folder, SqliteFactory.Instance, $"Data Source={_folder}/actors.db;Pooling=false"));
}

/// <inheritdoc />
public sealed class MigrateCommandOnPostgresTests(PostgresServer server) : MigrateCommandTests
{
    private protected override async Task<Store> EmptyAsync()
    {
        var connection = await server.CreateDatabaseAsync();
        return new("PostgreSql", "ConnectionStrings:Postgres", connection, NpgsqlFactory.Instance, $"{connection};Pooling=false");
    }
}
