[assembly: AssemblyFixture(typeof(Actors.Infrastructure.PostgresServer))]
[assembly: AssemblyFixture(typeof(Actors.Infrastructure.SharedApps))]
[assembly: AssemblyFixture(typeof(Actors.Infrastructure.CephGateway))]

namespace Actors.Infrastructure;

/// <summary>One running system a store, for all tests that do not hurt it: they keep apart by their own users and orders.</summary>
public sealed class SharedApps : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<ActorsApp>> _apps = [];

    /// <summary>All in files: SQLite, and a folder of blobs.</summary>
    public Task<ActorsApp> OnSqliteAsync() => AppAsync("sqlite", () => Task.FromResult(new ActorsApp()));

    /// <summary>PostgreSQL, and a folder of blobs.</summary>
    public Task<ActorsApp> OnPostgresAsync(PostgresServer server) =>
        AppAsync("postgres", async () => new ActorsApp(await server.CreateDatabaseAsync()));

    /// <summary>PostgreSQL, and blobs in an object store.</summary>
    public Task<ActorsApp> OnPostgresAndCephAsync(PostgresServer server, CephGateway ceph) =>
        AppAsync("ceph", async () => new ActorsApp(await server.CreateDatabaseAsync(), await ceph.SettingsAsync(":")));

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values.Where(a => a.IsCompletedSuccessfully))
        {
            await (await app).DisposeAsync();
        }
    }

    private Task<ActorsApp> AppAsync(string name, Func<Task<ActorsApp>> start)
    {
        lock (_gate)
        {
            return _apps.TryGetValue(name, out var app) ? app : _apps[name] = start();
        }
    }
}

/// <summary>Tests of the HTTP interface, run on every store.</summary>
public abstract class HttpTests : IAsyncLifetime
{
    protected ActorsApp App { get; private set; } = null!;

    protected abstract Task<ActorsApp> StartAsync();

    public async ValueTask InitializeAsync() => App = await StartAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
