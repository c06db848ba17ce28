using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;

namespace Actors.ChangeLog;

/// <summary>A partition of one day, or of all days before the log was partitioned.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Changes">How many changes it has, by the database's statistics; 0 if they do not know it.</param>
internal readonly record struct LogDay(string Name, long Changes);

/// <summary>
/// The partitions of <c>change_events</c>. Making and dropping one locks the whole log, for some milliseconds; who cannot have the lock
/// soon gives up, because writers would wait behind him.
/// </summary>
[SuppressMessage("Security", "CA2100", Justification = "DDL takes no parameters; names and days come from the database.")]
internal sealed class LogDays(NpgsqlConnection connection, TimeSpan retention)
{
    private const int DaysAhead = 3;

    // Writers give up after 2 s (StorageOptions.CommandTimeout). A silo that hangs while it has the lock loses its session.
    private const string Briefly =
        "set local lock_timeout = '200ms'; set local statement_timeout = '1s'; set local idle_in_transaction_session_timeout = '1s';";

    private const string Bound = "change_events_part_other_bound";

    private const string Unbound = $"alter table change_events_part_other drop constraint if exists {Bound}";

    // FOR VALUES FROM ('2026-03-01') TO ('2026-03-02') → 2026-03-02; the partition of the rest has no bounds
    private const string Bounds =
        """
        select c.relname as name, c.reltuples as rows, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''(.*)''\)')::date as until
        from pg_inherits as i join pg_class as c on c.oid = i.inhrelid where i.inhparent = 'change_events'::regclass
        """;

    /// <summary>Makes the partitions of the days to come.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        var (today, end, isBounded) = await ReadStateAsync(cancellationToken);
        if (isBounded)
        {
            await BrieflyAsync(Unbound, cancellationToken); // a silo died over it
        }

        var last = today.AddDays(DaysAhead);
        if (end > last || await TryMakeAsync(Later(today, end), last, cancellationToken))
        {
            return;
        }

        // The other partition is in use. It may have rows of today, and of tomorrow before we are done.
        var first = Later(today.AddDays(2), end);
        if (first <= last)
        {
            await MakeBesideOtherAsync(first, last, cancellationToken);
        }
    }

    /// <summary>The partitions whose days are all over their time, oldest first.</summary>
    public async Task<List<LogDay>> ListOldAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select quote_ident(name), greatest(rows, 0)::bigint from ({Bounds}) as days
            where until <= ((now() - $1) at time zone 'utc')::date order by until
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = retention });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var days = new List<LogDay>();
        while (await row.ReadAsync(cancellationToken))
        {
            days.Add(new(row.GetString(0), row.GetInt64(1)));
        }

        return days;
    }

    /// <summary>
    /// Drops a partition and makes its last changes the horizons, in one transaction; or, if somebody has not passed it, tells in which
    /// partitions of the log.
    /// </summary>
    public async Task<ImmutableArray<int>> DropAsync(LogDay day, ImmutableArray<LogCursor> limits, CancellationToken cancellationToken)
    {
        // Once without a lock, to take it only if it is of use; once under it, because a late transaction may have written in between.
        var heldBack = await FindBeyondAsync(day, limits, cancellationToken);
        if (!heldBack.IsEmpty)
        {
            return heldBack;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"{Briefly} lock table only change_events in access exclusive mode;", cancellationToken);
        heldBack = await FindBeyondAsync(day, limits, cancellationToken);
        if (heldBack.IsEmpty)
        {
            await ExecuteAsync(
                $"""
                insert into change_log_horizons as h (partition, xid, position) {LastOf(day)}
                on conflict (partition) do update set xid = excluded.xid, position = excluded.position
                where (h.xid, h.position) < (excluded.xid, excluded.position);
                drop table {day.Name};
                """,
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return heldBack;
    }

    /// <summary>Reads one value.</summary>
    public async Task<T> ReadAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetFieldValue<T>(0);
    }

    /// <summary>Runs statements.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // False if the other partition has rows: a new one must not leave rows of its day there.
    private async Task<bool> TryMakeAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"{Briefly} lock table only change_events in access exclusive mode", cancellationToken);
        if (!await ReadAsync<bool>("select pg_relation_size('change_events_part_other') = 0", cancellationToken))
        {
            return false;
        }

        await ExecuteAsync(Make(first, last), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    // Without a constraint that says that it has no row of the new days, the other partition would be searched for one, under the lock
    // of the whole log. The search that makes the constraint valid hinders nobody. It lies two days ahead, and every sweep takes a left
    // one away: it does not get in the way of a write.
    private async Task MakeBesideOtherAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        await BrieflyAsync($"alter table change_events_part_other add constraint {Bound} check (day < '{Iso(first)}') not valid", cancellationToken);
        try
        {
            await using (var validate = new NpgsqlCommand($"alter table change_events_part_other validate constraint {Bound}", connection))
            {
                validate.CommandTimeout = 0; // as long as it takes
                await validate.ExecuteNonQueryAsync(cancellationToken);
            }

            await BrieflyAsync(Make(first, last), cancellationToken);
        }
        finally
        {
            await BrieflyAsync(Unbound, CancellationToken.None);
        }
    }

    private async Task<(DateOnly Today, DateOnly End, bool IsBounded)> ReadStateAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select (now() at time zone 'utc')::date,
                   coalesce((select max(until) from ({Bounds}) as days), date '0001-01-01'),
                   exists (select from pg_constraint where conrelid = 'change_events_part_other'::regclass and conname = '{Bound}')
            """,
            connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetFieldValue<DateOnly>(0), row.GetFieldValue<DateOnly>(1), row.GetBoolean(2));
    }

    private async Task BrieflyAsync(string sql, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"{Briefly} {sql}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<ImmutableArray<int>> FindBeyondAsync(LogDay day, ImmutableArray<LogCursor> limits, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LastOf(day), connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var partitions = ImmutableArray.CreateBuilder<int>();
        while (await row.ReadAsync(cancellationToken))
        {
            var partition = row.GetInt32(0);
            if (new LogCursor(row.GetFieldValue<ulong>(1), row.GetInt64(2)) > limits[partition])
            {
                partitions.Add(partition);
            }
        }

        return partitions.DrainToImmutable();
    }

    private static string Make(DateOnly first, DateOnly last) => string.Concat(
        from number in Enumerable.Range(first.DayNumber, last.DayNumber - first.DayNumber + 1)
        let day = DateOnly.FromDayNumber(number)
        select $"""
            create table change_events_part_{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)} partition of change_events
            for values from ('{Iso(day)}') to ('{Iso(day.AddDays(1))}');
            """);

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Later(DateOnly x, DateOnly y) => x > y ? x : y;

    // Sixteen looks at the end of an index.
    private static string LastOf(LogDay day) =>
        $"""
        select p.partition, last.xid, last.position from generate_series(0, {ChangeLogLimits.Partitions - 1}) as p (partition)
        cross join lateral (
            select xid, position from {day.Name} where partition = p.partition order by xid desc, position desc limit 1) as last
        """;
}
