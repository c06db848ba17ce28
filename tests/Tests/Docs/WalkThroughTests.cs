using Actors.Infrastructure;

namespace Actors.Docs;

/// <summary>What the READMEs tell a new user to type works, as it stands there.</summary>
public sealed class WalkThroughTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public async Task The_walk_through_runs_as_it_is_written(string file)
    {
        // Within the limits that a new user has.
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string>
        {
            ["RateLimits__Free"] = "100",
            ["RateLimits__Login"] = "100",
            ["RateLimits__Register"] = "50",
        });
        var script = Script(await File.ReadAllTextAsync(Path.Combine(Repository.Root, file)), actors.Url);

        await using var shell = ChildProcess.Start(["bash", "-euo", "pipefail", "-c", script], Path.GetTempPath(), "KILL");
        var exitCode = await shell.WaitForExitAsync();

        Assert.True(exitCode == 0, shell.Output);
        Assert.Contains("event: work-order.created", shell.Output, StringComparison.Ordinal);
        Assert.Contains("event: message.sent", shell.Output, StringComparison.Ordinal);
        Assert.Equal(2, shell.Output.Split("event: progress.reported").Length);
        Assert.Equal(3, shell.Output.Split("\"completedQuantity\":4,\"defectiveQuantity\":1,\"estimatedCompletionAt\"").Length);
    }

    [Fact]
    public void Both_readmes_tell_the_same_commands() => Assert.Equal(
        Commands(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))),
        Commands(File.ReadAllText(Path.Combine(Repository.Root, "README.zh-CN.md"))));

    private static string Script(string readme, Uri url) =>
        string.Join('\n', Commands(readme)).Replace("http://127.0.0.1:8080", url.ToString().TrimEnd('/'), StringComparison.Ordinal);

    private static IEnumerable<string> Commands(string readme) =>
        readme.Split("```bash\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]);
}
