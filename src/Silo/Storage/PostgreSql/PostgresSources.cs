using Npgsql;

namespace Actors.Storage.PostgreSql;

/// <summary>The connection pools of one silo: commits never wait behind reads.</summary>
internal static class PostgresSources
{
    private const string PlannedOnceForIndexes = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off";

    // Reads are short; what does not find one waits.
    private const int LogConnections = 8;
    private const int UpkeepConnections = 8;

    // Seconds after which writers' statements are planned anew, by what the tables have become.
    private const int PlansHold = 30;

    /// <summary>
    /// Writers' sessions. Their statements are lookups by key with arrays of unknown size, so they are planned once, for an
    /// index (a plan made for an empty table would stay a scan; JIT would compile the "expensive" plan). The server gives
    /// up on a lock or a statement before the client does: its refusal is certain, a client's timeout is not.
    /// </summary>
    public static NpgsqlDataSource Writer(StorageOptions options)
    {
        var statementLimit = (options.CommandTimeout - TimeSpan.FromSeconds(2)).TotalMilliseconds;
        var builder = new NpgsqlConnectionStringBuilder(options.PostgreSql);
        builder.Options = $"{builder.Options} {PlannedOnceForIndexes}"
            + $" -c statement_timeout={statementLimit:F0} -c lock_timeout={statementLimit / 4:F0}";
        builder.ApplicationName ??= "actors-writer";
        builder.Pooling = true;
        builder.MinPoolSize = 0;
        builder.MaxPoolSize = options.Flights;
        builder.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        builder.CommandTimeout = (int)options.CommandTimeout.TotalSeconds;
        builder.NoResetOnClose = true; // nobody changes the session
        builder.ConnectionLifetime = PlansHold; // a plan that was made while a table was small is bad once it is not
        builder.MaxAutoPrepare = 64;
        builder.AutoPrepareMinUsages = 2;
        return new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
    }

    /// <summary>Sessions that queries run in, bound by row level security.</summary>
    public static NpgsqlDataSource Reader(StorageOptions options, RowSecurity security)
    {
        var source = new NpgsqlDataSourceBuilder(Sessions(options, "actors-reader", options.ReaderConnections));
        security.Bind(source);
        return source.Build();
    }

    /// <summary>Sessions for work beside the commits: sweepers, partitions, the outbox, the log's listener. As the owner of the tables.</summary>
    public static NpgsqlDataSource Upkeep(StorageOptions options) =>
        new NpgsqlDataSourceBuilder(Sessions(options, "actors-upkeep", UpkeepConnections)).Build();

    private static string Sessions(StorageOptions options, string name, int most)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.PostgreSql);
        builder.ApplicationName ??= name;
        builder.MaxPoolSize = most;
        builder.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        builder.CommandTimeout = (int)options.CommandTimeout.TotalSeconds;
        builder.NoResetOnClose = true; // readers keep the role that they took, and LogListener its own session until it breaks
        builder.MaxAutoPrepare = 128;
        return builder.ConnectionString;
    }

    /// <summary>
    /// Sessions that read the change log. Left to itself, the server would plan every read anew, over all partitions: ten times the cost of
    /// a read that finds nothing.
    /// </summary>
    public static NpgsqlDataSource Log(StorageOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.PostgreSql);
        builder.Options = $"{builder.Options} {PlannedOnceForIndexes}";
        builder.ApplicationName ??= "actors-log";
        builder.MaxPoolSize = LogConnections;
        builder.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        builder.CommandTimeout = (int)options.CommandTimeout.TotalSeconds;
        builder.MaxAutoPrepare = 32;
        builder.AutoPrepareMinUsages = 2;
        return new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
    }
}
