namespace Actors.Infrastructure;

/// <summary>A way to have a PostgreSQL server.</summary>
internal interface IPostgresInstance : IAsyncDisposable
{
    /// <summary>To the maintenance database, as a superuser.</summary>
    string ConnectionString { get; }

    /// <summary>Whether the server is there after the tests too, so that they must drop what they made.</summary>
    bool OutlivesTests => false;

    Task StartAsync();

    Task StopAsync();

    /// <summary>As in a crash of its main process. A container only knows the stop, which is as abrupt.</summary>
    Task KillAsync() => StopAsync();
}
