using System.Globalization;
using DotNet.Testcontainers.Builders;
using Npgsql;
using Testcontainers.PostgreSql;

namespace Actors.Infrastructure;

/// <summary>A throw-away server in a container.</summary>
internal sealed class DockerPostgres(PostgreSqlContainer container) : IPostgresInstance
{
    private const string Image = "postgres:17";

    public string ConnectionString { get; } =
        new NpgsqlConnectionStringBuilder(container.GetConnectionString()) { IncludeErrorDetail = true }.ConnectionString;

    /// <summary>Starts a container, or returns null if there is no Docker.</summary>
    public static async Task<DockerPostgres?> TryCreateAsync(bool durable)
    {
        PostgreSqlContainer container;
        try
        {
            string[] quick = durable ? [] : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
            container = new PostgreSqlBuilder(Image)
                .WithUsername("postgres")
                .WithDatabase("postgres")
                .WithEnvironment("POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale=C.UTF-8")
                .WithCommand(["-c", "max_connections=200", "-c", "timezone=UTC", .. quick])
                // The same port after a restart, and the immediate shutdown at a stop.
                .WithPortBinding(FreePort.Next().ToString(CultureInfo.InvariantCulture), "5432")
                .WithCreateParameterModifier(p => p.StopSignal = "SIGQUIT")
                .Build();
        }
        catch (DockerUnavailableException)
        {
            return null;
        }

        await container.StartAsync();
        return new DockerPostgres(container);
    }

    public Task StartAsync() => container.StartAsync();

    public Task StopAsync() => container.StopAsync();

    public ValueTask DisposeAsync() => container.DisposeAsync();
}
