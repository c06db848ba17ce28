using System.Diagnostics;
using System.Globalization;
using System.Net;
using Actors.Cluster;
using Actors.Infrastructure;
using Npgsql;

namespace Actors.Chaos.Generation;

/// <summary>
/// Silos and workers are killed while prompts become models. Every task comes to its end, each picture and each model counts once, nothing is
/// left under way, no attempt outlives its time by more than a queue needs to begin anew, and providers are not asked more often than there were attempts.
/// </summary>
/// <remarks>
/// By default few tasks; <c>ACTORS_CHAOS_TASKS</c> says how many. A silo is killed every 20 s and a worker every 15 s, as long as there is something
/// to do; the first ones after 3 s. Users like each other's models meanwhile.
/// </remarks>
public sealed class GenerationChaosTests(ITestOutputHelper output)
{
    private const int Users = 4;
    private const int AtOnce = 16;

    private const int EnoughLost = 20;

    private static readonly TimeSpan AtFirst = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SilosEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WorkersEvery = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_killed_every_task_comes_to_its_model_and_nothing_counts_twice()
    {
        var count = Environment.GetEnvironmentVariable("ACTORS_CHAOS_TASKS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 12;
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        await using var ceph = new CephGateway();
        await using var makers = await Makers.StartAsync();
        var database = await server.CreateDatabaseAsync();
        var files = await ceph.SettingsAsync("__");
        await using var cluster = new ActorsCluster(
            database,
            [.. files, .. Administrator.Settings, ("Workers__AtOnce", "0"), ("RateLimits__Free", "0"), ("Jobs__Free", "0")]);
        ActorsProcess[] silos = [cluster.LaunchSilo(), cluster.LaunchSilo(), cluster.LaunchSilo()];
        var frontend = cluster.LaunchFrontend();
        await Task.WhenAll([.. silos.Select(s => s.UntilReadyAsync()), frontend.UntilReadyAsync()]);
        await OpenQueuesAsync(frontend);
        ActorsProcess[] workers = [.. Enumerable.Range(0, 2).Select(_ => cluster.LaunchWorker([.. files, .. makers.Settings, ("Workers__AtOnce", "8")]))];
        var users = await Task.WhenAll(Enumerable.Range(0, Users).Select(_ => ActorsClient.RegisteredAsync(frontend.Client)));
        await using var source = NpgsqlDataSource.Create(database);
        var jobs = new JobTables(source);

        var begun = Stopwatch.GetTimestamp();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (silosKilled, workersKilled) = (KillAsync(silos, SilosEvery, done.Token), KillAsync(workers, WorkersEvery, done.Token));
        var watch = jobs.WatchAsync(done.Token);
        var tasks = Enumerable.Range(0, count).Select(i => new TaskOfUser([.. users.Select(u => new RetryingClient(u))], i)).ToList();
        try
        {
            await Parallel.ForEachAsync(tasks, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (task, _) => await task.RunAsync());
        }
        finally
        {
            await done.CancelAsync();
            output.WriteLine($"{count} tasks in {Stopwatch.GetElapsedTime(begun)}; killed: {await silosKilled} silos, {await workersKilled} workers.");
            output.WriteLine(await jobs.TellAsync());
        }

        Assert.True(await silosKilled > 0 && await workersKilled > 0, "Nothing was killed.");
        Assert.Empty(await watch);
        Assert.Equal(count, await ScalarAsync(source, "select count(*) from generation_requests where status = 'COMPLETED' and phase = 'COMPLETED'"));
        Assert.Equal(count, await ScalarAsync(source, "select count(*) from models where completed_at is not null and failed_at is null"));
        Assert.Equal(0, await ScalarAsync(source, "select count(*) from image_generation_jobs where status <> 'COMPLETED'"));
        Assert.Equal(0, await ScalarAsync(source, "select count(*) from model_generation_jobs where status <> 'COMPLETED'"));
        Assert.Equal(4 * count, await ScalarAsync(source, "select count(*) from change_events where kind = 'image.completed'"));
        Assert.Equal(count, await ScalarAsync(source, "select count(*) from change_events where kind = 'model.completed'"));
        Assert.Equal(count, await ScalarAsync(source, "select count(*) from change_events where kind = 'task.completed'"));
        Assert.Equal(Users * count, await ScalarAsync(source, "select count(*) from model_interactions"));
        Assert.Equal(0, await ScalarAsync(source, $"select count(*) from models where like_count <> {Users}"));
        Assert.Equal(0, await ScalarAsync(source, "select count(*) from (select topic from change_events group by topic having max(version) <> count(*)) gaps"));
        Assert.Equal(0, await ScalarAsync(
            source,
            """
            select count(*) from (select image_url as file from generated_images union all select model_url from models union all select preview_image_url from models) f
            left join blobs b on b.id = f.file where b.status is distinct from 'stored'
            """));
        var attempts = await jobs.AttemptsOfModelsAsync();
        AssertNoMoreThanAttempts(makers.PicturesAsked, await jobs.AttemptsOfPicturesAsync());
        AssertNoMoreThanAttempts(makers.ModelsAsked, attempts);
        // What a killed worker left at the provider is taken up; only what it could tell nobody of is asked for again.
        var (again, lost) = (makers.ModelsAsked.Values.Sum() - count, attempts.Values.Sum() - count);
        Assert.True(lost < EnoughLost || again <= lost / 2, $"Of {lost} models that were begun again, {again} were asked for again.");
    }

    private void AssertNoMoreThanAttempts(IReadOnlyDictionary<string, long> asked, IReadOnlyDictionary<string, long> attempts)
    {
        output.WriteLine($"Asked for {asked.Values.Sum()} times in {attempts.Values.Sum()} attempts.");
        Assert.Equal(attempts.Keys.Order(StringComparer.Ordinal), asked.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(asked, provider => provider.Value > attempts[provider.Key]);
    }

    // More at once than the defaults, and no pauses: what is tried again is tried at once.
    private static async Task OpenQueuesAsync(ActorsProcess frontend)
    {
        var admin = await Administrator.LoginAsync(frontend.Client);
        foreach (var queue in new[] { "image-generation", "model-generation" })
        {
            var settings = new { maxConcurrency = AtOnce, maxRetries = 20, retryDelayBase = 0, jobTimeout = (long)JobTables.Timeout.TotalMilliseconds };
            (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/queues/{queue}", settings)).Expect(HttpStatusCode.OK);
        }
    }

    /// <summary>Kills one after the other, and starts it again; how many were killed.</summary>
    private static async Task<int> KillAsync(ActorsProcess[] processes, TimeSpan every, CancellationToken done)
    {
        using var timer = new PeriodicTimer(AtFirst);
        for (var killed = 0; ; killed++)
        {
            try
            {
                await timer.WaitForNextTickAsync(done);
            }
            catch (OperationCanceledException)
            {
                return killed;
            }

            timer.Period = every;
            await processes[killed % processes.Length].RestartAsync();
        }
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
#pragma warning disable CA2100 // the test's own text
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
