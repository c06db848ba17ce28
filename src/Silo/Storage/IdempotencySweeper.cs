using System.Data.Common;

namespace Actors.Storage;

/// <summary>Forgets idempotency keys that are older than <see cref="StorageOptions.IdempotencyRetention"/>.</summary>
internal sealed partial class IdempotencySweeper(
    DbDataSource source, StorageOptions options, TimeProvider time, ILogger<IdempotencySweeper> logger) : BackgroundService
{
    private const int BatchRows = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Deletes what is too old, in batches so that no lock is held for long; the number of records.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        int deleted;
        do
        {
            await using var command = source.CreateCommand(
                """
                delete from idempotency_keys where (resource, caller_id, key) in (
                    select resource, caller_id, key from idempotency_keys where created_at < @limit order by created_at limit @rows)
                """);
            Add(command, "limit", time.GetUtcNow() - options.IdempotencyRetention);
            Add(command, "rows", BatchRows);
            deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            total += deleted;
        }
        while (deleted == BatchRows);
        return total;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var deleted = await SweepAsync(stoppingToken);
                if (deleted > 0)
                {
                    LogSwept(deleted);
                }
            }
            catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
            {
                LogFailed(exception); // the next tick tries again; nothing depends on this one
            }
        }
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
