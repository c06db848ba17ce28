using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Actors.Infrastructure;
using Npgsql;

namespace Actors.Bench;

/// <summary>A user of the product, registered over HTTP.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Token">Proves it.</param>
internal sealed record Account(string Id, string Token);

/// <summary>The product as it is deployed: processes over a PostgreSQL database.</summary>
internal sealed class Product : IAsyncDisposable
{
    private readonly List<ServerProcess> _processes;

    private Product(List<ServerProcess> processes) => _processes = processes;

    /// <summary>Where requests go.</summary>
    public Uri Url => _processes[^1].Url;

    /// <summary>The processes, frontend last.</summary>
    public IReadOnlyList<ServerProcess> Processes => _processes;

    /// <summary>Frontend and silo in one process.</summary>
    public static async Task<Product> StartTogetherAsync(string database) =>
        new([await ServerProcess.StartAsync("Frontend", Settings(("DATABASE_URL", ToUrl(database))))]);

    /// <summary>A silo and a frontend that knows no database.</summary>
    public static async Task<Product> StartApartAsync(string database)
    {
        var gateway = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var silo = await ServerProcess.StartAsync(
            "Silo", Settings(("DATABASE_URL", ToUrl(database)), ("Cluster__SiloPort", "0"), ("Cluster__GatewayPort", gateway), ("ACTORS_MASTER_KEY", "one key of all the silos of the cluster")));
        try
        {
            return new([silo, await ServerProcess.StartAsync(
                "Frontend",
                Settings(
                    ("Cluster__Mode", "client"),
                    ("Cluster__Gateways__0", $"127.0.0.1:{gateway}")))]);
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Registers users.</summary>
    public async Task<IReadOnlyList<Account>> RegisterAsync(int count)
    {
        using var client = new HttpClient { BaseAddress = Url };
        var accounts = new List<Account>(count);
        for (var i = 0; i < count; i++)
        {
            using var answer = await client.PostAsJsonAsync(
                "/api/v1/auth/register", new { email = $"user-{i}@example.org", password = "correct horse battery" });
            answer.EnsureSuccessStatusCode();
            var data = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data");
            accounts.Add(new(data.GetProperty("user").GetProperty("id").GetString()!, data.GetProperty("token").GetString()!));
        }

        return accounts;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Settings(params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Passwords__BcryptCost"] = "4",
            ["RateLimits__Free"] = "0",
            ["RateLimits__Register"] = "0",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return environment;
    }

    private static string ToUrl(string database)
    {
        var builder = new NpgsqlConnectionStringBuilder(database);
        return $"postgresql://{builder.Username}@{builder.Host}:{builder.Port}/{builder.Database}";
    }
}
