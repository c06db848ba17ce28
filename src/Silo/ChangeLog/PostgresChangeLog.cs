using System.Collections.Immutable;
using Actors.Storage;
using Actors.Storage.PostgreSql;
using Npgsql;
using NpgsqlTypes;

namespace Actors.ChangeLog;

/// <summary>
/// The change log on PostgreSQL. Numbers are taken before commits, so a later number can be seen first; a change is given only
/// when its transaction is older than every one that still runs (<c>xid &lt; pg_snapshot_xmin</c>), which nothing can overtake.
/// </summary>
internal sealed class PostgresChangeLog(StorageOptions options, LogSignals signals) : IChangeLog, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = PostgresSources.Log(options);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public async Task<LogPage> ReadAsync(int partition, LogCursor after, int limit, CancellationToken cancellationToken)
    {
        var changes = new NpgsqlBatchCommand(
            $"""
            select xid, position, xid < pg_snapshot_xmin(pg_current_snapshot()), {ChangeLogRows.Columns} from change_events
            where partition = $1 and (xid, position) > ($2, $3) order by xid, position limit $4
            """);
        AddPlace(changes.Parameters, partition, after);
        changes.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });

        // After the changes: whatever was dropped before they were read is told.
        var horizon = new NpgsqlBatchCommand("select 1 from change_log_horizons where partition = $1 and (xid, position) > ($2, $3)");
        AddPlace(horizon.Parameters, partition, after);
        await using var batch = _source.CreateBatch();
        batch.BatchCommands.Add(changes);
        batch.BatchCommands.Add(horizon);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var (read, isPending) = await ReadChangesAsync(row, cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return new(read, isPending, IsTooOld: await row.ReadAsync(cancellationToken));
    }

    public Task<LogCursor> HeadAsync(int partition, CancellationToken cancellationToken) => CursorAsync(
        """
        (select xid, position from change_events
         where partition = $1 and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid desc, position desc limit 1)
        union all
        select xid, position from change_log_horizons where partition = $1
        order by xid desc, position desc limit 1
        """,
        cancellationToken,
        new NpgsqlParameter<int> { TypedValue = partition });

    public Task<LogCursor> HorizonAsync(int partition, CancellationToken cancellationToken) => CursorAsync(
        "select xid, position from change_log_horizons where partition = $1",
        cancellationToken,
        new NpgsqlParameter<int> { TypedValue = partition });

    public LogWaiter Watch(int partition, bool onlyWanted = false) => signals.Watch(partition, onlyWanted);

    public Task<LogCursor> LoadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken) => CursorAsync(
        "select xid, position from change_log_checkpoints where consumer = $1 and partition = $2",
        cancellationToken,
        new NpgsqlParameter<string> { TypedValue = consumer },
        new NpgsqlParameter<int> { TypedValue = partition });

    public async Task SaveCheckpointAsync(string consumer, int partition, LogCursor cursor, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(
            """
            insert into change_log_checkpoints as c (partition, xid, position, consumer) values ($1, $2, $3, $4)
            on conflict (consumer, partition) do update set xid = excluded.xid, position = excluded.position, updated_at = now()
            where (c.xid, c.position) < (excluded.xid, excluded.position)
            """);
        AddPlace(command.Parameters, partition, cursor);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> ParkAsync(string consumer, ChangeEvent change, string reason, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(
            """
            insert into change_log_dead_letters (consumer, topic, version, reason, at) values ($1, $2, $3, $4, $5)
            on conflict (consumer, topic, version) do nothing
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = change.Topic });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = change.Version });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = at.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static async Task<(ImmutableArray<LoggedChange> Changes, bool IsPending)> ReadChangesAsync(
        NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        var changes = ImmutableArray.CreateBuilder<LoggedChange>();
        while (await row.ReadAsync(cancellationToken))
        {
            if (!row.GetBoolean(2))
            {
                return (changes.DrainToImmutable(), IsPending: true);
            }

            changes.Add(new(Cursor(row), ChangeLogRows.Read(row, first: 3)));
        }

        return (changes.DrainToImmutable(), IsPending: false);
    }

    private static void AddPlace(NpgsqlParameterCollection parameters, int partition, LogCursor cursor)
    {
        parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        parameters.Add(new NpgsqlParameter<ulong> { TypedValue = cursor.Transaction, NpgsqlDbType = NpgsqlDbType.Xid8 });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = cursor.Position });
    }

    private async Task<LogCursor> CursorAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = _source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Cursor(row) : default;
    }

    private static LogCursor Cursor(NpgsqlDataReader row) => new(row.GetFieldValue<ulong>(0), row.GetInt64(1));
}
