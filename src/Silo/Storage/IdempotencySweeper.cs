using System.Data.Common;

namespace Actors.Storage;

/// <summary>
/// Forgets idempotency keys that are older than <see cref="StorageOptions.IdempotencyRetention"/>, but none before the change that it came with
/// went from the log: until then it is what keeps a deleted entity from beginning again under the same id.
/// </summary>
internal sealed partial class IdempotencySweeper(
    DbDataSource source, StorageOptions options, TimeProvider time, ILogger<IdempotencySweeper> logger)
    : Sweeper(TimeSpan.FromMinutes(10), time, logger)
{
    private const int BatchRows = 1_000;

    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    /// <summary>Deletes what is too old, in batches so that no lock is held for long; the number of records.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        // The log drops whole days.
        var log = options.LogRetention + TimeSpan.FromDays(2);
        var limit = _time.GetUtcNow() - (options.IdempotencyRetention > log ? options.IdempotencyRetention : log);
        return await source.DeleteInBatchesAsync(
            """
            delete from idempotency_keys where (resource, caller_id, key) in (
                select resource, caller_id, key from idempotency_keys where created_at < @limit order by created_at limit @rows)
            """,
            limit,
            BatchRows,
            cancellationToken);
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var deleted = await SweepAsync(cancellationToken);
        if (deleted > 0)
        {
            LogSwept(deleted);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Forgot {Records} idempotency keys that were too old")]
    private partial void LogSwept(int records);
}
