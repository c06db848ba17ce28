using System.Globalization;
using Actors.Infrastructure;

namespace Actors.Cli;

/// <summary>What keeps a command from working is told in one sentence, with exit code 1.</summary>
public sealed class CommandFailureTests
{
    [Theory]
    [InlineData("DATABASE_URL", "mysql://root@db/x", "DATABASE_URL: a database address must start with ")]
    [InlineData("DATABASE_URL", "postgres://nobody@host.invalid/x", "The database cannot be reached: ")]
    [InlineData("Storage:MaxBatch", "0", "Storage:MaxBatch must be ")]
    [InlineData("Storage:MaxBatch", "many", "Failed to convert configuration value ")]
    [InlineData("ACTORS_DATA", "/dev/null/data", "")]
    public Task A_setting_that_cannot_work_is_explained(string setting, string value, string sentence) =>
        AssertExplainedAsync(setting, value, sentence);

    [Fact]
    public Task A_server_that_is_not_there_is_explained() => AssertExplainedAsync(
        "DATABASE_URL",
        string.Create(CultureInfo.InvariantCulture, $"postgres://nobody:secret@127.0.0.1:{FreePort.Next()}/x"),
        "The database cannot be reached: Failed to connect to 127.0.0.1:");

    [Fact]
    public async Task A_file_that_is_no_database_is_explained_and_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("actors-cli-").FullName;
        var file = Path.Combine(folder, "actors.db");
        await File.WriteAllTextAsync(file, new string('x', 4_096));

        await AssertExplainedAsync("ACTORS_DATA", folder, "The SQLite file cannot be used: ");

        Assert.Equal(new string('x', 4_096), await File.ReadAllTextAsync(file));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("migrat")]
    [InlineData("migrate", "--chek")]
    public async Task An_unknown_word_is_refused(params string[] args)
    {
        var (code, _, error) = await CommandLine.RunAsync(args);

        Assert.Equal(1, code);
        Assert.Contains(args[^1], error, StringComparison.Ordinal);
    }

    private static async Task AssertExplainedAsync(string setting, string value, string sentence)
    {
        var (code, output, error) = await CommandLine.RunAsync(["migrate"], (setting, value));

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith(sentence, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }
}
