using System.Collections.Immutable;

namespace Actors.ChangeLog;

/// <summary>One of the oldest changes of a partition.</summary>
/// <param name="Cursor">Its place.</param>
/// <param name="IsOld">Whether it is over its time.</param>
internal readonly record struct OldRow(LogCursor Cursor, bool IsOld);

/// <summary>Drops changes row by row, oldest first, in batches so that no lock is held for long.</summary>
internal abstract class OldRows
{
    private const int BatchRows = 1_000;

    public async Task<DroppedChanges> DropAsync(ImmutableArray<LogCursor> passed, CancellationToken cancellationToken)
    {
        var dropped = 0L;
        var heldBack = ImmutableArray.CreateBuilder<int>();
        for (var partition = 0; partition < passed.Length; partition++)
        {
            int batch;
            do
            {
                var rows = await ReadAsync(partition, BatchRows, cancellationToken);
                batch = CountDroppable(rows, passed[partition]);
                if (batch > 0)
                {
                    dropped += await DeleteAsync(partition, rows[batch - 1].Cursor, cancellationToken);
                }

                if (batch < rows.Length && rows[batch].IsOld)
                {
                    heldBack.Add(partition);
                }
            }
            while (batch == BatchRows);
        }

        return new(dropped, heldBack.DrainToImmutable());
    }

    /// <summary>How many of the oldest rows may go: up to the first that is not over its time, or that somebody has not passed.</summary>
    internal static int CountDroppable(ImmutableArray<OldRow> oldest, LogCursor passed)
    {
        var count = 0;
        while (count < oldest.Length && oldest[count].IsOld && oldest[count].Cursor <= passed)
        {
            count++;
        }

        return count;
    }

    /// <summary>The oldest rows of a partition, in order.</summary>
    protected abstract Task<ImmutableArray<OldRow>> ReadAsync(int partition, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes a partition's rows up to a place, and makes it the horizon, in one transaction; how many rows.</summary>
    protected abstract Task<long> DeleteAsync(int partition, LogCursor upTo, CancellationToken cancellationToken);
}
