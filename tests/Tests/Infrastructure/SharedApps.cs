[assembly: AssemblyFixture(typeof(Actors.Infrastructure.PostgresServer))]
[assembly: AssemblyFixture(typeof(Actors.Infrastructure.SharedApps))]
[assembly: AssemblyFixture(typeof(Actors.Infrastructure.CephGateway))]

namespace Actors.Infrastructure;

/// <summary>One running system a store, for all tests that do not hurt it: they keep apart by their own users and orders.</summary>
public sealed class SharedApps : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<bool, Task<ActorsApp>> _apps = [];

    public Task<ActorsApp> OnSqliteAsync() => AppAsync(onPostgres: false, () => Task.FromResult(new ActorsApp()));

    public Task<ActorsApp> OnPostgresAsync(PostgresServer server) =>
        AppAsync(onPostgres: true, async () => new ActorsApp(await server.CreateDatabaseAsync()));

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values.Where(a => a.IsCompletedSuccessfully))
        {
            await (await app).DisposeAsync();
        }
    }

    private Task<ActorsApp> AppAsync(bool onPostgres, Func<Task<ActorsApp>> start)
    {
        lock (_gate)
        {
            return _apps.TryGetValue(onPostgres, out var app) ? app : _apps[onPostgres] = start();
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
