using Actors.Infrastructure;

namespace Actors.Bench;

/// <summary>A system under test: its processes, a PostgreSQL server of its own, and users with work orders in it.</summary>
internal sealed class Contender : IAsyncDisposable
{
    public const string Together = "ours, one process";
    public const string Apart = "ours, silo and frontend apart";
    public const string Baseline = "plain ASP.NET, PostgreSQL, Redis";

    private readonly List<IAsyncDisposable> _parts;

    private Contender(string name, Uri url, IReadOnlyList<ProcessCpu> processes, IReadOnlyList<Owner> users, string database, List<IAsyncDisposable> parts)
    {
        Name = name;
        Url = url;
        Processes = processes;
        Users = users;
        Ledger = new Ledger(database, users.Sum(u => u.Orders.Count));
        _parts = parts;
    }

    public string Name { get; }

    public Uri Url { get; }

    /// <summary>All that works for it, the database included.</summary>
    public IReadOnlyList<ProcessCpu> Processes { get; }

    /// <summary>One for each connection.</summary>
    public IReadOnlyList<Owner> Users { get; }

    /// <summary>What was acknowledged.</summary>
    public Ledger Ledger { get; }

    public static Task<Contender> StartTogetherAsync(string binaries, HttpBenchOptions options) => StartAsync(binaries, async (server, parts) =>
    {
        var product = Add(parts, await Product.StartTogetherAsync(server.ConnectionString));
        var users = await OwnersOfAsync(product, server, options);
        return new(Together, product.Url, [.. product.Processes.Select(p => p.Cpu), await PostgresOf(server)], users, server.ConnectionString, parts);
    });

    public static Task<Contender> StartApartAsync(string binaries, HttpBenchOptions options) => StartAsync(binaries, async (server, parts) =>
    {
        var product = Add(parts, await Product.StartApartAsync(server.ConnectionString));
        var users = await OwnersOfAsync(product, server, options);
        return new(Apart, product.Url, [.. product.Processes.Select(p => p.Cpu), await PostgresOf(server)], users, server.ConnectionString, parts);
    });

    public static Task<Contender> StartBaselineAsync(string binaries, string redisBinary, HttpBenchOptions options) => StartAsync(
        binaries, async (server, parts) =>
    {
        await Seed.MigrateAsync(server.ConnectionString);
        var users = await Seed.UsersAsync(server.ConnectionString, options.Connections);
        var orders = await Seed.OrdersAsync(server.ConnectionString, users, options.Orders);
        var redis = Add(parts, await RedisServer.StartAsync(redisBinary));
        var service = Add(parts, await ServerProcess.StartAsync("Baseline", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BASELINE_POSTGRES"] = server.ConnectionString,
            ["BASELINE_REDIS"] = redis.Address,
        }));
        return new(
            Baseline,
            service.Url,
            [service.Cpu, await PostgresOf(server), redis.Cpu],
            [.. users.Select((id, i) => new Owner(id, $"X-User-Id: {id}", orders[i]))],
            server.ConnectionString,
            parts);
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }
    }

    private static async Task<Contender> StartAsync(string binaries, Func<LocalPostgres, List<IAsyncDisposable>, Task<Contender>> start)
    {
        var parts = new List<IAsyncDisposable>();
        try
        {
            return await start(Add(parts, await LocalPostgres.CreateAsync(binaries, durable: true)), parts);
        }
        catch
        {
            foreach (var part in Enumerable.Reverse(parts))
            {
                await part.DisposeAsync();
            }

            throw;
        }
    }

    private static async Task<IReadOnlyList<Owner>> OwnersOfAsync(Product product, LocalPostgres server, HttpBenchOptions options)
    {
        var accounts = await product.RegisterAsync(options.Connections);
        var orders = await Seed.OrdersAsync(server.ConnectionString, [.. accounts.Select(a => a.Id)], options.Orders);
        return [.. accounts.Select((account, i) => new Owner(account.Id, $"Authorization: Bearer {account.Token}", orders[i]))];
    }

    private static async Task<ProcessCpu> PostgresOf(LocalPostgres server) => new("PostgreSQL", (await PostgresCpu.FindAsync(server.ConnectionString)).Read);

    private static T Add<T>(List<IAsyncDisposable> parts, T part) where T : IAsyncDisposable
    {
        parts.Add(part);
        return part;
    }
}

/// <summary>A user with work orders.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Credentials">The header that says who it is.</param>
/// <param name="Orders">Ids of orders of his own, released, of six steps each.</param>
internal sealed record Owner(string Id, string Credentials, IReadOnlyList<string> Orders);
