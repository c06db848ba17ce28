using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;

namespace Actors.ChangeLog;

/// <summary>Drops old changes from the partition that takes what no day takes.</summary>
internal sealed class PostgresOldRows(NpgsqlConnection connection, TimeSpan retention) : OldRows
{
    protected override async Task<ImmutableArray<OldRow>> ReadAsync(int partition, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select xid, position, day < ((now() - $2) at time zone 'utc')::date from change_events_part_other
            where partition = $1 order by xid, position limit $3
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = retention });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var rows = ImmutableArray.CreateBuilder<OldRow>();
        while (await row.ReadAsync(cancellationToken))
        {
            rows.Add(new(new(row.GetFieldValue<ulong>(0), row.GetInt64(1)), row.GetBoolean(2)));
        }

        return rows.DrainToImmutable();
    }

    protected override async Task<long> DeleteAsync(int partition, LogCursor upTo, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with gone as (delete from change_events_part_other where partition = $1 and (xid, position) <= ($2, $3) returning 1),
                 horizon as (
                     insert into change_log_horizons as h (partition, xid, position) values ($1, $2, $3)
                     on conflict (partition) do update set xid = excluded.xid, position = excluded.position
                     where (h.xid, h.position) < (excluded.xid, excluded.position))
            select count(*) from gone
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = upTo.Transaction, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo.Position });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
