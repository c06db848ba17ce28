using Npgsql;

namespace Actors.Bench;

/// <summary>Connections to PostgreSQL, set as it is fastest here.</summary>
internal static class Sources
{
    // Tried: 8 to 64 connections, and multiplexing over 8 to 32. From 16 on it makes no difference beyond noise; 64 cost a quarter more.
    private const int Connections = 32;

    public static NpgsqlDataSource Create(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = Connections,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            Options = "-c jit=off -c plan_cache_mode=force_generic_plan",
        };
        return new NpgsqlSlimDataSourceBuilder(builder.ConnectionString).EnableArrays().Build();
    }
}
