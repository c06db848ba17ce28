namespace Actors.Infrastructure;

/// <summary>
/// A server for the tests of one class, started by the first that asks for a database. A change log hands out nothing that a transaction of its
/// <em>server</em> may still get in front of: a test that counts on seeing a commit at once must not share a server with others that write.
/// </summary>
public sealed class OwnPostgresServer : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartNewAsync());

    /// <inheritdoc cref="PostgresServer.CreateDatabaseAsync"/>
    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
