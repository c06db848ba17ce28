using System.Net;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Cli;

/// <summary><c>actors queues</c> beside a system that runs.</summary>
public sealed class QueuesCommandTests
{
    [Fact]
    public async Task An_operator_pauses_a_queue_changes_it_and_has_jobs_begin_anew()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var (_, secret, _) = await CommandLine.RunAsync(["clients", "add", "operator"], ("ACTORS_DATA", actors.DataFolder));
        (string, string)[] settings =
        [
            ("ACTORS_URL", actors.Client.BaseAddress!.ToString()),
            ("ACTORS_CLIENT_ID", "operator"),
            ("ACTORS_CLIENT_SECRET", secret.Split('\n')[1].Split(' ')[^1]),
        ];

        await RunAsync("pause", "image-generation");
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        var task = (await user.PostAsync("/api/v1/tasks", new { prompt = "齿轮" })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        var line = (await TextAsync("list")).Split('\n').Single(l => l.StartsWith("image-generation ", StringComparison.Ordinal));
        Assert.Equal(["image-generation", "no", "1", "4", "0", "0"], line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..6]);
        Assert.Equal(4, (await RunAsync("jobs", "image-generation", "--status", "PENDING")).GetProperty("data").GetArrayLength());
        (await user.PostAsync($"/api/v1/tasks/{task}/cancel")).Expect(HttpStatusCode.OK);
        var job = (await RunAsync("jobs", "image-generation", "--status", "CANCELLED")).GetProperty("data")[0].GetProperty("id").GetString()!;

        Assert.Equal(7, (await RunAsync("set", "image-generation", "--max-concurrency", "7", "--enable-priority", "true")).GetProperty("maxConcurrency").GetInt32());
        Assert.True((await RunAsync("resume", "image-generation")).GetProperty("isActive").GetBoolean());
        Assert.True((await RunAsync("show", "image-generation")).GetProperty("enablePriority").GetBoolean());
        Assert.Equal(0, (await RunAsync("requeue", "image-generation")).GetProperty("count").GetInt32());
        await FailAsync("TASK_IS_OVER", settings, "requeue", "image-generation", "--job", job);
        await FailAsync("QUEUE_NOT_FOUND", settings, "show", "nobody");
        await FailAsync("INVALID_CLIENT", [settings[0], settings[1], ("ACTORS_CLIENT_SECRET", "guess")], "list");
        await FailAsync("ACTORS_CLIENT_ID", [settings[0]], "list");
        await FailAsync("does not answer", [("ACTORS_URL", "http://127.0.0.1:1"), settings[1], settings[2]], "list");

        async Task<string> TextAsync(params string[] args)
        {
            var (code, output, error) = await CommandLine.RunAsync(["queues", .. args], settings);
            Assert.True(code == ExitCodes.Done, error);
            return output;
        }

        async Task<JsonElement> RunAsync(params string[] args) => JsonSerializer.Deserialize<JsonElement>(await TextAsync(args));
    }

    private static async Task FailAsync(string what, (string, string)[] settings, params string[] args)
    {
        var (code, _, error) = await CommandLine.RunAsync(["queues", .. args], settings);
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }
}
