using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Actors.Infrastructure;

/// <summary>The whole system in this process, embedded, over a store of its own.</summary>
public class ActorsApp : WebApplicationFactory<Program>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-test-").FullName;
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal)
    {
        // A login costs a millisecond instead of fifty.
        ["Passwords:BcryptCost"] = "4",
        // Tests of limits set them; the others are fast.
        ["RateLimits:Free"] = "0",
        ["RateLimits:Login"] = "0",
        ["RateLimits:Register"] = "0",
        ["RateLimits:Refresh"] = "0",
        ["RateLimits:Anonymous"] = "0",
        ["Lockout:AddressFailures"] = "0",
        ["RateLimits:Mail"] = "0",
        ["RateLimits:Verify"] = "0",
        // All tests are one client.
        ["EmailCodes:PerClient"] = "100000",
        ["EmailCodes:TriesPerClient"] = "100000",
        // Receivers of webhooks are on this machine.
        ["Webhooks:AllowHttp"] = "true",
        ["Webhooks:AllowPrivateNetworks"] = "true",
        ["Admin:Email"] = Administrator.Email,
        ["Admin:Password"] = ActorsClient.Password,
    };

    /// <summary>Over the given PostgreSQL database, or a SQLite file.</summary>
    public ActorsApp(string? postgres = null, params (string Name, string Value)[] settings)
    {
        _settings["ACTORS_DATA"] = _folder;
        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }

        if (postgres is not null)
        {
            _settings["ConnectionStrings:Postgres"] = postgres;
        }
    }

    /// <summary>Where its data is.</summary>
    public string Folder => _folder;

    public Task<ActorsClient> RegisterAsync() => ActorsClient.RegisteredAsync(CreateClient());

    /// <summary>Nobody: a client without a token.</summary>
    public ActorsClient Anonymous() => new(CreateClient());

    public Task<ActorsClient> AdminAsync() => Administrator.LoginAsync(CreateClient());

    /// <summary>A manager of the given factory.</summary>
    public async Task<ActorsClient> ManagerAsync(string factoryId)
    {
        var admin = await AdminAsync();
        var manager = await RegisterAsync();
        (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{manager.UserId}/access", new { role = "manager", factoryId })).Expect(System.Net.HttpStatusCode.OK);
        await manager.LoginAsync(manager.Email, ActorsClient.Password);
        return manager;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
