using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;

namespace Actors.Infrastructure;

/// <summary>
/// A PostgreSQL server for tests. As an assembly fixture it is one server for all tests of the assembly, started by the first that asks for a
/// database. A test that stops or kills its server starts one of its own with <see cref="StartNewAsync"/>.
/// </summary>
/// <remarks>
/// The first that works is taken: the server that <c>ACTORS_TEST_POSTGRES</c> (a connection string) names; binaries of this
/// machine, installed by apt-get if need be; Docker. With none of them the asking test is skipped, or fails on CI: so ask from
/// a test, its constructor or its <c>InitializeAsync</c>, not from a class fixture, where xunit turns a skip into a failure.
/// The role of the connection strings is a superuser.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly ConcurrentBag<string> _databases = [];
    private readonly Lazy<Task<IPostgresInstance?>> _instance;

    /// <summary>The shared server; nothing is started yet.</summary>
    public PostgresServer() => _instance = new(() => StartInstanceAsync(durable: false, isShared: true));

    private PostgresServer(bool durable) => _instance = new(() => StartInstanceAsync(durable, isShared: false));

    /// <summary>Starts a server that belongs to one test.</summary>
    /// <param name="durable">Whether commits wait for the disk (fsync); slower, and needed only to measure.</param>
    public static async Task<PostgresServer> StartNewAsync(bool durable = false)
    {
        var server = new PostgresServer(durable);
        await server.InstanceAsync();
        return server;
    }

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var instance = await InstanceAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Guid.CreateVersion7():n}");
        await ExecuteAsync(instance, $"create database {name} template template0 encoding 'UTF8'");
        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(instance.ConnectionString)
        {
            Database = name,
            // Hundreds of databases share the server's 200 connections: the pools of finished tests must run dry.
            ConnectionIdleLifetime = 5,
            ConnectionPruningInterval = 2,
        }.ConnectionString;
    }

    /// <summary>Stops at once, as in a crash: no checkpoint, every connection breaks. The data stays for the next start.</summary>
    public async Task StopAsync() => await (await InstanceAsync()).StopAsync();

    /// <summary>SIGKILL for the server's main process: the others go on with what they do until they notice. The data stays.</summary>
    public async Task KillAsync() => await (await InstanceAsync()).KillAsync();

    /// <summary>Starts again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, on the same port with the same data.</summary>
    public async Task StartAsync() => await (await InstanceAsync()).StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_instance.IsValueCreated && await _instance.Value is { } instance)
        {
            if (instance.OutlivesTests)
            {
                foreach (var name in _databases)
                {
                    await ExecuteAsync(instance, $"drop database if exists {name} with (force)");
                }
            }

            await instance.DisposeAsync();
        }
    }

    private static async Task<IPostgresInstance?> StartInstanceAsync(bool durable, bool isShared)
    {
        if (isShared && Environment.GetEnvironmentVariable("ACTORS_TEST_POSTGRES") is { Length: > 0 } connectionString)
        {
            return new ExistingPostgres(connectionString);
        }

        var (binaries, _) = await PostgresBinaries.FindOrInstallAsync();
        return binaries is null ? await DockerPostgres.TryCreateAsync(durable) : await LocalPostgres.CreateAsync(binaries, durable);
    }

    private async Task<IPostgresInstance> InstanceAsync()
    {
        var instance = await _instance.Value;
        if (instance is null)
        {
            var (_, whyNot) = await PostgresBinaries.FindOrInstallAsync();
            Machine.Lacks($"No PostgreSQL: ACTORS_TEST_POSTGRES is not set, no Docker answers, and {whyNot}");
        }

        return instance!;
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements hold names made here, and DDL takes no parameters.")]
    private static async Task ExecuteAsync(IPostgresInstance instance, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(instance.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A server that somebody else runs.</summary>
internal sealed class ExistingPostgres(string connectionString) : IPostgresInstance
{
    public string ConnectionString => connectionString;

    public bool OutlivesTests => true;

    public Task StartAsync() => throw NotOurs();

    public Task StopAsync() => throw NotOurs();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InvalidOperationException NotOurs() => new("A test stops only a server of its own: PostgresServer.StartNewAsync.");
}
