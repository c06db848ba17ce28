using System.Collections.Immutable;
using System.Data.Common;
using Actors.Storage;
using Microsoft.Data.Sqlite;

namespace Actors.ChangeLog;

/// <summary>
/// Drops old changes from SQLite, which has no partitions: row by row. A change's age is that of its <c>at</c>, by the clock of the one
/// process that writes. Positions are never used again (autoincrement).
/// </summary>
internal sealed class SqliteOldChanges(Database database, DbDataSource source, StorageOptions options, TimeProvider time) : OldRows, IOldChanges
{
    protected override Task<ImmutableArray<OldRow>> ReadAsync(int partition, int limit, CancellationToken cancellationToken) => database.ListAsync(
        "select position, at < @limit from change_events where partition = @partition order by position limit @rows",
        [("limit", time.GetUtcNow() - options.LogRetention), ("partition", partition), ("rows", limit)],
        row => new OldRow(new(0, row.GetInt64(0)), row.GetBoolean(1)),
        cancellationToken);

    protected override async Task<long> DeleteAsync(int partition, LogCursor upTo, CancellationToken cancellationToken)
    {
        await using var connection = (SqliteConnection)await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = connection.BeginTransaction(deferred: false);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.Parameters.AddWithValue("@partition", partition);
        command.Parameters.AddWithValue("@position", upTo.Position);
        command.CommandText = "delete from change_events where partition = @partition and position <= @position";
        var deleted = await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText =
            """
            insert into change_log_horizons (partition, position) values (@partition, @position)
            on conflict (partition) do update set position = excluded.position where position < excluded.position
            """;
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted;
    }
}
