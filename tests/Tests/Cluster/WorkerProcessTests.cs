using System.Net;
using System.Net.Sockets;
using Actors.Infrastructure;
using Npgsql;

namespace Actors.Cluster;

/// <summary>Workers as processes apart: silos that do no jobs themselves, an object store, workers that come and go.</summary>
public sealed class WorkerProcessTests(PostgresServer server, CephGateway ceph)
{
    private const int Tasks = 12;
    private const int AtOnce = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_of_a_killed_worker_are_done_by_another_each_once()
    {
        var database = await server.CreateDatabaseAsync();
        var files = await ceph.SettingsAsync("__");
        await using var cluster = new ActorsCluster(
            database,
            [.. files, .. Administrator.Settings, ("Workers__AtOnce", "0"), ("Jobs__Free", "0")]);
        var (silo, frontend) = (cluster.LaunchSilo(), cluster.LaunchFrontend());
        await Task.WhenAll(silo.UntilReadyAsync(), frontend.UntilReadyAsync());
        var admin = await Administrator.LoginAsync(frontend.Client);
        (await admin.SendAsync(
            HttpMethod.Patch, "/api/v1/admin/queues/image-generation", new { maxConcurrency = AtOnce, retryDelayBase = 0 })).Expect(HttpStatusCode.OK);
        await using var source = NpgsqlDataSource.Create(database);
        var user = await ActorsClient.RegisteredAsync(frontend.Client);
        for (var i = 0; i < Tasks; i++)
        {
            (await user.PostAsync("/api/v1/tasks", new { prompt = $"prompt {i}" })).Expect(HttpStatusCode.Created);
        }

        Assert.Equal(0, await CountAsync(source, "status <> 'PENDING'"));
        using var silent = new TcpListener(IPAddress.Loopback, 0); // a provider that takes a request and never answers
        silent.Start();
        var killed = cluster.LaunchWorker([.. files, ("Providers__Images__Kind", "openai"), ("Providers__Images__Url", $"http://{silent.LocalEndpoint}")]);
        await UntilAsync(source, "status = 'RUNNING'", atLeast: AtOnce, killed);
        await killed.KillAsync();
        var survivor = cluster.LaunchWorker(files);
        await UntilAsync(source, "status = 'COMPLETED'", atLeast: 4 * Tasks, survivor);

        Assert.Equal(AtOnce, await CountAsync(source, "attempt = 2"));
        Assert.Equal(4 * Tasks - AtOnce, await CountAsync(source, "attempt = 1"));
        Assert.Equal(4 * Tasks, await ScalarAsync(source, "select count(*) from change_events where kind = 'image.completed'"));
        Assert.Equal(0, await survivor.TerminateAsync());
    }

    private static Task UntilAsync(NpgsqlDataSource source, string condition, int atLeast, ActorsProcess worker) => Waiting.UntilAsync(
        async () => await CountAsync(source, condition) >= atLeast, TimeSpan.FromMinutes(3), () => worker.Output);

    private static Task<long> CountAsync(NpgsqlDataSource source, string condition) =>
        ScalarAsync(source, $"select count(*) from image_generation_jobs where {condition}");

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
#pragma warning disable CA2100 // the test's own text
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
