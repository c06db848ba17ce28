using System.Collections.Concurrent;
using Actors.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Actors.Bench;

/// <summary>
/// The yardstick: each commit a transaction of its own on PostgreSQL, written as well as that can be done. One round trip
/// (a batch is an implicit transaction), prepared statements, a connection for every caller that waits.
/// </summary>
/// <remarks>
/// A stale version needs no check of its own in the other statements: the change event's (topic, version) is then taken, and
/// that undoes all of it. This is the cheapest fence there is, so the comparison is not won by making this one slow.
/// </remarks>
internal sealed class TransactionStore(string connectionString, int connections) : ICommitStore, IAsyncDisposable
{
    private readonly ConcurrentDictionary<(Table Table, RowOperation Operation, bool IsRoot), string> _texts = new();
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        MaxPoolSize = connections,
        MaxAutoPrepare = 64,
        AutoPrepareMinUsages = 2,
        NoResetOnClose = true,
        Options = "-c jit=off -c plan_cache_mode=force_generic_plan",
    });

    public async Task<CommitOutcome> CommitAsync(Commit commit)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        Add(batch, commit.Root, commit.ExpectedVersion, isRoot: true);
        foreach (var change in commit.Rows)
        {
            Add(batch, change);
        }

        if (commit.Idempotency is { } record)
        {
            Add(batch, IdempotencyRecord.Table.Insert(record));
        }

        await batch.ExecuteNonQueryAsync();
        return batch.BatchCommands[0].RecordsAffected == 1 ? CommitOutcome.Committed : CommitOutcome.Conflict;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private void Add(NpgsqlBatch batch, RowChange change, long expected = 0, bool isRoot = false)
    {
        var (table, operation, row) = change;
        var command = new NpgsqlBatchCommand(_texts.GetOrAdd((table, operation, isRoot), static key => Write(key.Table, key.Operation, key.IsRoot)));
        for (var c = 0; c < table.Columns.Count; c++)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = table.Value(c, row) ?? DBNull.Value, NpgsqlDbType = TypeOf(table.Columns[c].Type) });
        }

        if (isRoot && operation == RowOperation.Update)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = expected });
        }

        batch.BatchCommands.Add(command);
    }

    private static string Write(Table table, RowOperation operation, bool isRoot)
    {
        var columns = table.Columns.Select((column, index) => (column.Name, column.IsKey, Parameter: $"${index + 1}")).ToList();
        return operation switch
        {
            RowOperation.Insert =>
                $"insert into {table.Name} ({string.Join(", ", columns.Select(c => c.Name))}) values ({string.Join(", ", columns.Select(c => c.Parameter))})",
            RowOperation.Update =>
                $"update {table.Name} set {string.Join(", ", columns.Where(c => !c.IsKey).Select(c => $"{c.Name} = {c.Parameter}"))} "
                + $"where {string.Join(" and ", columns.Where(c => c.IsKey).Select(c => $"{c.Name} = {c.Parameter}"))}"
                + (isRoot ? $" and version = ${columns.Count + 1}" : ""),
            _ => throw new NotSupportedException($"{operation} is not part of the measurement."),
        };
    }

    private static NpgsqlDbType TypeOf(ColumnType type) => type switch
    {
        ColumnType.Text => NpgsqlDbType.Text,
        ColumnType.Integer => NpgsqlDbType.Bigint,
        ColumnType.Boolean => NpgsqlDbType.Boolean,
        ColumnType.Timestamp => NpgsqlDbType.TimestampTz,
        ColumnType.Json => NpgsqlDbType.Jsonb,
        _ => NpgsqlDbType.Bytea,
    };
}
