using Actors.Storage;

namespace Actors.ChangeLog;

/// <summary>A consumer of the whole log that the retention waits for, by the name of its checkpoints.</summary>
internal sealed record LogConsumer(string Name);

/// <summary>
/// Drops changes from the log, hourly: those that are over their time and that every registered consumer has passed. A consumer that
/// never wrote a checkpoint has passed nothing.
/// </summary>
internal sealed partial class LogRetention(
    IChangeLog log,
    IOldChanges old,
    IEnumerable<LogConsumer> consumers,
    LogInstruments instruments,
    TimeProvider time,
    ILogger<LogRetention> logger) : Sweeper(TimeSpan.FromHours(1), time, logger)
{
    private static readonly LogCursor Everything = new(ulong.MaxValue, long.MaxValue);

    private readonly ILogger _logger = logger;

    /// <summary>Drops what may go; how many changes.</summary>
    internal async Task<long> SweepAsync(CancellationToken cancellationToken)
    {
        // Checkpoints only move on, so they may be read before.
        var slowest = await FindSlowestAsync(cancellationToken);
        var dropped = await old.DropAsync([.. slowest.Select(s => s.Cursor)], cancellationToken);
        instruments.OnDropped(dropped.Changes);
        instruments.OnOldest(await FindOldestAsync(cancellationToken));
        foreach (var partitions in dropped.HeldBack.GroupBy(partition => slowest[partition].Consumer, StringComparer.Ordinal))
        {
            LogHeldBack(partitions.Key, partitions.Count());
        }

        return dropped.Changes;
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var dropped = await SweepAsync(cancellationToken);
        if (dropped > 0)
        {
            LogDropped(dropped);
        }
    }

    // Per partition: the consumer that is behind all others, and how far it is.
    private async Task<(LogCursor Cursor, string Consumer)[]> FindSlowestAsync(CancellationToken cancellationToken)
    {
        var slowest = new (LogCursor Cursor, string Consumer)[ChangeLogLimits.Partitions];
        Array.Fill(slowest, (Everything, "a transaction that does not end"));
        foreach (var consumer in consumers)
        {
            for (var partition = 0; partition < slowest.Length; partition++)
            {
                var cursor = await log.LoadCheckpointAsync(consumer.Name, partition, cancellationToken);
                if (cursor < slowest[partition].Cursor)
                {
                    slowest[partition] = (cursor, consumer.Name);
                }
            }
        }

        return slowest;
    }

    private async Task<DateTimeOffset?> FindOldestAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? oldest = null;
        for (var partition = 0; partition < ChangeLogLimits.Partitions; partition++)
        {
            var page = await log.ReadAsync(partition, default, 1, cancellationToken);
            if (!page.Changes.IsEmpty && !(oldest <= page.Changes[0].Change.At))
            {
                oldest = page.Changes[0].Change.At;
            }
        }

        return oldest;
    }

    [LoggerMessage(LogLevel.Information, "Dropped about {Changes} changes that were over their time from the change log")]
    private partial void LogDropped(long changes);

    [LoggerMessage(LogLevel.Warning, "The change log keeps changes that are over their time, in {Partitions} partitions: {Consumer} has not passed them")]
    private partial void LogHeldBack(string consumer, int partitions);
}
