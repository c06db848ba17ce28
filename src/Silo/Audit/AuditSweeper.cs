using System.Data.Common;
using Actors.Storage;
using Microsoft.Extensions.Options;

namespace Actors.Audit;

/// <summary>Forgets entries of the audit log that are older than <see cref="AuditOptions.Retention"/>.</summary>
internal sealed partial class AuditSweeper(
    DbDataSource source, IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditSweeper> logger)
    : Sweeper(TimeSpan.FromHours(1), time, logger)
{
    private const int BatchRows = 1_000;

    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    /// <summary>Deletes what is too old, in batches so that no lock is held for long; the number of entries.</summary>
    internal Task<int> SweepAsync(CancellationToken cancellationToken) => source.DeleteInBatchesAsync(
        "delete from audit_logs where id in (select id from audit_logs where at < @limit order by at limit @rows)",
        _time.GetUtcNow() - options.Value.Retention,
        BatchRows,
        cancellationToken);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var deleted = await SweepAsync(cancellationToken);
        if (deleted > 0)
        {
            LogSwept(deleted);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Forgot {Entries} entries of the audit log that were too old")]
    private partial void LogSwept(int entries);
}
