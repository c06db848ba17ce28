using Actors.Cli;
using Actors.Infrastructure;
using Microsoft.Data.Sqlite;

namespace Actors.Hosting;

/// <summary>A start that cannot succeed ends with one sentence instead of a stack trace.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-start-").FullName;

    [Fact]
    public async Task A_newer_database_stops_the_start()
    {
        await CommandLine.RunAsync(["migrate"], ("ACTORS_DATA", _folder));
        await using (var source = SqliteFactory.Instance.CreateDataSource($"Data Source={_folder}/actors.db;Pooling=false"))
        await using (var command = source.CreateCommand("insert into schema_migrations values (9999, 'future', '', '2030-01-01')"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var (code, output) = await StartAsync($"ACTORS_DATA={_folder}");

        Assert.Equal(1, code);
        Assert.Contains("Cannot start: The database has migration 9999_future, but this binary knows only", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_stops_the_start()
    {
        var (code, output) = await StartAsync($"ACTORS_DATA={_folder}", $"DATABASE_URL=postgres://nobody:secret@127.0.0.1:{FreePort.Next()}/x");

        Assert.Equal(1, code);
        Assert.Contains("Cannot start: The database cannot be reached: Failed to connect to 127.0.0.1:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<(int ExitCode, string Output)> StartAsync(params string[] environment) => ChildProcess.RunAsync(
        ["env", "-u", "DATABASE_URL", "-u", "ConnectionStrings__Postgres", .. environment,
         "dotnet", Path.Combine(AppContext.BaseDirectory, "Actors.Frontend.dll"), "--urls", "http://127.0.0.1:0"],
        _folder);
}
