using Microsoft.Extensions.Options;

namespace Actors.Storage;

/// <summary>
/// Where the data is, and how commits are gathered. Section <c>Storage</c> of the configuration; the place of the data comes
/// from the variables <c>DATABASE_URL</c> or <c>ConnectionStrings__Postgres</c>, else <c>ACTORS_DATA</c>.
/// </summary>
public sealed class StorageOptions
{
    /// <summary>
    /// PostgreSQL, in Npgsql's keyword form. Null (default): a SQLite file, for one process only.
    /// </summary>
    public string? PostgreSql { get; set; }

    /// <summary>The SQLite file when there is no PostgreSQL. Default <c>./data/actors.db</c>; its folder is made if missing.</summary>
    public string SqlitePath { get; set; } = Path.Combine(".", "data", "actors.db");

    /// <summary>
    /// Commits that may wait for a flight. Default 4096; beyond it a commit is refused at once (<see cref="CommitStatus.NotWritten"/>),
    /// so that a slow database makes callers retry later instead of filling memory.
    /// </summary>
    public int QueueLimit { get; set; } = 4_096;

    /// <summary>Commits in one transaction. Default 128; more gives longer transactions, hardly a higher rate.</summary>
    public int MaxBatch { get; set; } = 128;

    /// <summary>
    /// Transactions in the air at once on PostgreSQL, at most, and with it writer connections per silo. Default 2; another one starts only
    /// when half a batch waits. More may pay off when the server is far away. SQLite has one writer by nature.
    /// </summary>
    public int Flights { get; set; } = 2;

    /// <summary>Connections per silo for reads on PostgreSQL. Default 20; reads beyond it wait for one.</summary>
    public int ReaderConnections { get; set; } = 20;

    /// <summary>Limit for opening a connection. Default 3 s, in whole seconds; then commits fail as not written.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Limit for one statement of the writer. Default 10 s, in whole seconds, at least 3 s. The server gives up two seconds
    /// earlier (nothing written); only if it does not answer at all are the outcomes unknown. On SQLite: how long the writer waits for a lock.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long commits are refused without a try after the database could not be reached. Default 1 s.</summary>
    public TimeSpan FailFast { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an idempotency key is remembered. Default 7 days, at least 1 hour; a retry that comes later is a new command.
    /// </summary>
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long changes are kept in the log: so long a feed can be resumed without a new snapshot. Default 7 days, at least 1 day. What is
    /// older goes, on PostgreSQL by whole days, as soon as every consumer has passed it.
    /// </summary>
    public TimeSpan LogRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="OptionsValidationException">A setting is missing or bad; the message is one sentence that names it.</exception>
    public static StorageOptions Read(IConfiguration configuration)
    {
        var options = new StorageOptions();
        configuration.GetSection("Storage").Bind(options);
        var (variable, connection) = configuration["DATABASE_URL"] is { Length: > 0 } url
            ? ("DATABASE_URL", url)
            : ("ConnectionStrings:Postgres", configuration.GetConnectionString("Postgres") ?? options.PostgreSql);
        if (!string.IsNullOrWhiteSpace(connection))
        {
            try
            {
                options.PostgreSql = ConnectionUrl.Parse(connection);
            }
            catch (FormatException exception)
            {
                throw new OptionsValidationException(nameof(StorageOptions), typeof(StorageOptions), [$"{variable}: {exception.Message}"]);
            }
        }

        if (configuration["ACTORS_DATA"] is { Length: > 0 } folder)
        {
            options.SqlitePath = Path.Combine(folder, "actors.db");
        }

        options.Validate();
        return options;
    }

    private void Validate()
    {
        Check(QueueLimit is >= 1 and <= 1_000_000, nameof(QueueLimit), "between 1 and 1000000 commits");
        Check(MaxBatch is >= 1 and <= 4_096, nameof(MaxBatch), "between 1 and 4096 commits");
        Check(Flights is >= 1 and <= 16, nameof(Flights), "between 1 and 16");
        Check(ReaderConnections is >= 1 and <= 1_000, nameof(ReaderConnections), "between 1 and 1000");
        Check(ConnectTimeout >= TimeSpan.FromSeconds(1) && ConnectTimeout <= TimeSpan.FromMinutes(1), nameof(ConnectTimeout), "between 1 s and 1 min");
        Check(CommandTimeout >= TimeSpan.FromSeconds(3) && CommandTimeout <= TimeSpan.FromMinutes(5), nameof(CommandTimeout), "between 3 s and 5 min");
        Check(FailFast >= TimeSpan.Zero && FailFast <= TimeSpan.FromMinutes(1), nameof(FailFast), "between 0 and 1 min");
        Check(IdempotencyRetention >= TimeSpan.FromHours(1), nameof(IdempotencyRetention), "1 hour or longer");
        Check(LogRetention >= TimeSpan.FromDays(1) && LogRetention <= TimeSpan.FromDays(3_650), nameof(LogRetention), "between 1 and 3650 days");
        Check(PostgreSql is not null || !string.IsNullOrWhiteSpace(SqlitePath), nameof(SqlitePath), "a path when there is no PostgreSQL");
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new OptionsValidationException(nameof(StorageOptions), typeof(StorageOptions), [$"Storage:{setting} must be {rule}."]);
        }
    }
}
