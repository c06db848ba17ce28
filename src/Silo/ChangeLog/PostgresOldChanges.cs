using System.Collections.Immutable;
using System.Data;
using System.Data.Common;
using Actors.Storage;
using Npgsql;

namespace Actors.ChangeLog;

/// <summary>
/// Drops old changes from PostgreSQL: a day's partition as a whole, what stands in the partition of the rest row by row. A change's age is
/// that of its day, by the clock of the database. The session holds an advisory lock meanwhile: silos take turns.
/// </summary>
internal sealed partial class PostgresOldChanges(DbDataSource source, StorageOptions options, ILogger<PostgresOldChanges> logger) : IOldChanges
{
    // Any constant of ours; the same in every binary for ever.
    private const long LockKey = 0x41634C6F67; // "AcLog"

    public async Task<DroppedChanges> DropAsync(ImmutableArray<LogCursor> passed, CancellationToken cancellationToken)
    {
        await using var connection = (NpgsqlConnection)await source.OpenConnectionAsync(cancellationToken);
        var days = new LogDays(connection, options.LogRetention);
        if (!await days.ReadAsync<bool>($"select pg_try_advisory_lock({LockKey})", cancellationToken))
        {
            return DroppedChanges.None;
        }

        try
        {
            return await DropAsync(connection, days, passed, cancellationToken);
        }
        catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled)
        {
            LogBusy(busy.MessageText);
            return DroppedChanges.None;
        }
        finally
        {
            if (connection.State == ConnectionState.Open) // else the lock went with the session
            {
                await days.ExecuteAsync($"select pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
    }

    private async Task<DroppedChanges> DropAsync(
        NpgsqlConnection connection, LogDays days, ImmutableArray<LogCursor> passed, CancellationToken cancellationToken)
    {
        await days.MakeAsync(cancellationToken);

        // What a transaction may still get in front of stays: whoever reads on from the horizon would never see it.
        var settled = new LogCursor(await days.ReadAsync<ulong>("select pg_snapshot_xmin(pg_current_snapshot())", cancellationToken), 0);
        var limits = passed.Select(cursor => cursor < settled ? cursor : settled).ToImmutableArray();
        var changes = 0L;
        foreach (var day in await days.ListOldAsync(cancellationToken))
        {
            var heldBack = await days.DropAsync(day, limits, cancellationToken);
            if (!heldBack.IsEmpty)
            {
                return new(changes, heldBack);
            }

            changes += day.Changes;
            LogDropped(day.Name, day.Changes);
        }

        var rows = await new PostgresOldRows(connection, options.LogRetention).DropAsync(limits, cancellationToken);
        return rows with { Changes = changes + rows.Changes };
    }

    [LoggerMessage(LogLevel.Information, "Dropped {Partition} of the change log, about {Changes} changes")]
    private partial void LogDropped(string partition, long changes);

    [LoggerMessage(LogLevel.Information, "The change log is in use; what is too old is dropped later ({Reason})")]
    private partial void LogBusy(string reason);
}
