using System.Net;
using Actors.Docs;
using Actors.Durability;
using Actors.Infrastructure;
using Npgsql;

namespace Actors.Cluster;

/// <summary>Silos and frontends as processes apart: they start in any order, come and go, and no client that retries loses anything.</summary>
public sealed class ClusterTests(PostgresServer server)
{
    private const int ClientsPerFrontend = 8;

    // Other tests share the machine; the chaos run has it for itself, and holds a stall to ten seconds.
    private static readonly TimeSpan MostOfAStall = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Frontends_start_before_any_silo_and_serve_the_same_system_later()
    {
        await using var cluster = new ActorsCluster(await server.CreateDatabaseAsync());
        var (one, other) = (cluster.LaunchFrontend(), cluster.LaunchFrontend());
        await AliveAsync(one);
        await AliveAsync(other);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(one, "/health/ready"));
        (await new ActorsClient(one.Client).RegisterAsync()).ExpectError(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");

        cluster.LaunchSilo();
        await one.UntilReadyAsync();
        await other.UntilReadyAsync();

        var writer = await ActorsClient.RegisteredAsync(one.Client);
        var reader = new ActorsClient(other.Client) { Token = writer.Token };
        var id = await writer.CreateReleasedWorkOrderAsync("cut");
        await using var feed = await reader.WatchAsync(id);
        (await writer.ReportAsync(id, "cut", 3)).Expect(HttpStatusCode.OK);
        Assert.Equal(3, (await reader.GetWorkOrderAsync(id)).GetProperty("steps")[0].GetProperty("completedQuantity").GetInt32());
        Assert.Equal(1, (await reader.GetAsync("/api/v1/work-orders")).Expect(HttpStatusCode.OK).Meta.GetProperty("total").GetInt32());
        Assert.Equal("progress.reported", (await feed.NextAsync()).Kind);
    }

    [Fact]
    public async Task A_killed_silo_costs_retrying_clients_time_and_nothing_else()
    {
        await using var cluster = await ActorsCluster.StartAsync(await server.CreateDatabaseAsync(), silos: 2, frontends: 2);
        using var load = await LoadAsync(cluster);

        await cluster.Silos[0].KillAsync();
        await load.Workers.MoreAsync(200);
        await cluster.LaunchSilo().UntilReadyAsync();
        await cluster.Silos[1].KillAsync();
        await load.Workers.MoreAsync(200);

        await load.EndAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"longest stall of a writer: {load.Workers.LongestStall}");
        Assert.InRange(load.Workers.LongestStall, TimeSpan.Zero, MostOfAStall);
    }

    [Fact]
    public async Task Silos_and_frontends_that_are_terminated_under_load_drain_and_exit_with_0()
    {
        await using var cluster = await ActorsCluster.StartAsync(await server.CreateDatabaseAsync(), silos: 2, frontends: 2);
        using var load = await LoadAsync(cluster);

        Assert.Equal(0, await cluster.Silos[0].TerminateAsync());
        await load.Workers.MoreAsync(200);
        await load.EndAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"longest stall of a writer: {load.Workers.LongestStall}");

        Assert.Equal(0, await cluster.Frontends[0].TerminateAsync());
        Assert.Equal(0, await cluster.Frontends[1].TerminateAsync());
        Assert.Equal(0, await cluster.Silos[1].TerminateAsync());
    }

    /// <summary>The grants are those of docs/operations.md.</summary>
    [Fact]
    public async Task A_frontend_finds_silos_by_a_role_that_may_only_read_the_membership()
    {
        var database = await server.CreateDatabaseAsync();
        await using var cluster = await ActorsCluster.StartAsync(database, silos: 1, frontends: 0);
        var membership = await MembershipReaderAsync(database);

        var frontend = cluster.LaunchFrontend(membership);
        await frontend.UntilReadyAsync();

        var user = await ActorsClient.RegisteredAsync(frontend.Client);
        await user.CreateReleasedWorkOrderAsync("cut");
        await using var source = NpgsqlDataSource.Create(membership);
        await using var command = source.CreateCommand("select count(*) from users");
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync())).SqlState);
    }

    private static async Task<Load> LoadAsync(ActorsCluster cluster)
    {
        var load = new Load();
        foreach (var frontend in cluster.Frontends)
        {
            await load.AddAsync(frontend, ClientsPerFrontend);
        }

        await load.Workers.MoreAsync(200);
        return load;
    }

    private static async Task<string> MembershipReaderAsync(string database)
    {
        var role = $"frontend_{Guid.CreateVersion7():n}";
        await using var source = NpgsqlDataSource.Create(database);
#pragma warning disable CA2100 // the name is made here, and DDL takes no parameters
        await using var command = source.CreateCommand(OperationsDocs.Grants.Replace("actors_frontend", role, StringComparison.Ordinal));
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(database) { Username = role, Password = "secret" }.ConnectionString;
    }

    private static Task AliveAsync(ActorsProcess process) => Waiting.UntilAsync(
        async () => await StatusAsync(process, "/health/live") == HttpStatusCode.OK, TimeSpan.FromSeconds(30), () => process.Output);

    private static async Task<HttpStatusCode?> StatusAsync(ActorsProcess process, string path)
    {
        try
        {
            using var answer = await process.Client.GetAsync(new Uri(path, UriKind.Relative));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null; // It does not listen yet.
        }
    }

    /// <summary>Clients at work, and what they were told.</summary>
    private sealed class Load : IDisposable
    {
        private readonly Ledger _ledger = new();
        private readonly CancellationTokenSource _enough = new();
        private readonly List<Task> _clients = [];
        private ActorsClient? _reader;

        public Load() => Workers = new RetryingWorkers(_ledger);

        public RetryingWorkers Workers { get; }

        public async Task AddAsync(ActorsProcess frontend, int clients)
        {
            // One user at all frontends: a token of one holds at the others.
            _reader ??= await ActorsClient.RegisteredAsync(frontend.Client);
            var user = new ActorsClient(frontend.Client) { Token = _reader.Token };
            _clients.AddRange(Enumerable.Range(0, clients).Select(_ => Workers.WorkAsync(user, _enough.Token)));
        }

        public void Dispose() => _enough.Dispose();

        public async Task EndAsync()
        {
            await _enough.CancelAsync();
            await Task.WhenAll(_clients);
            await _ledger.AssertHoldsAsync(_reader!);
        }
    }
}
