using Actors.Storage;

namespace Actors.ChangeLog;

/// <summary>The change log in SQLite: one writer, so positions become visible in their order and are the whole cursor.</summary>
internal sealed class SqliteChangeLog(Database database, LogSignals signals) : IChangeLog
{
    public async Task<LogPage> ReadAsync(int partition, LogCursor after, int limit, CancellationToken cancellationToken)
    {
        var changes = await database.ListAsync(
            $"""
            select position, {ChangeLogRows.Columns} from change_events
            where partition = @partition and position > @after order by position limit @limit
            """,
            [("partition", partition), ("after", after.Position), ("limit", limit)],
            row => new LoggedChange(new(0, row.GetInt64(0)), ChangeLogRows.Read(row, first: 1)),
            cancellationToken);

        // After the changes: whatever was dropped before they were read is told.
        return new(changes, IsPending: false, IsTooOld: after < await HorizonAsync(partition, cancellationToken));
    }

    public Task<LogCursor> HeadAsync(int partition, CancellationToken cancellationToken) => CursorAsync(
        """
        select max(coalesce((select max(position) from change_events where partition = @partition), 0),
                   coalesce((select position from change_log_horizons where partition = @partition), 0))
        """,
        [("partition", partition)],
        cancellationToken);

    public Task<LogCursor> HorizonAsync(int partition, CancellationToken cancellationToken) => CursorAsync(
        "select coalesce(max(position), 0) from change_log_horizons where partition = @partition", [("partition", partition)], cancellationToken);

    public LogWaiter Watch(int partition, bool onlyWanted = false) => signals.Watch(partition, onlyWanted);

    public Task<LogCursor> LoadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken) => CursorAsync(
        "select coalesce(max(position), 0) from change_log_checkpoints where consumer = @consumer and partition = @partition",
        [("consumer", consumer), ("partition", partition)],
        cancellationToken);

    public Task SaveCheckpointAsync(string consumer, int partition, LogCursor cursor, CancellationToken cancellationToken) =>
        database.ListAsync(
            """
            insert into change_log_checkpoints (consumer, partition, position) values (@consumer, @partition, @position)
            on conflict (consumer, partition) do update set position = excluded.position where position < excluded.position
            returning 1
            """,
            [("consumer", consumer), ("partition", partition), ("position", cursor.Position)],
            row => row.GetInt64(0),
            cancellationToken);

    public async Task<bool> ParkAsync(string consumer, ChangeEvent change, string reason, DateTimeOffset at, CancellationToken cancellationToken) =>
        (await database.ListAsync(
            """
            insert into change_log_dead_letters (consumer, topic, version, reason, at) values (@consumer, @topic, @version, @reason, @at)
            on conflict (consumer, topic, version) do nothing
            returning 1
            """,
            [("consumer", consumer), ("topic", change.Topic), ("version", change.Version), ("reason", reason), ("at", at.ToUniversalTime())],
            row => row.GetInt64(0),
            cancellationToken)).Length == 1;

    private async Task<LogCursor> CursorAsync(
        string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken) =>
        new(0, (await database.ListAsync(sql, parameters, row => row.GetInt64(0), cancellationToken))[0]);
}
