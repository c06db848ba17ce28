using System.Data.Common;
using Npgsql;

namespace Actors.ChangeLog;

/// <summary>Lets days go by for what is in the change log already.</summary>
internal static class LogAge
{
    /// <summary>
    /// On PostgreSQL, where the database's clock decides: every change and the bounds of every partition go back. As after a stand-still,
    /// no partition takes what comes now but the one of the rest. On SQLite, where ours decides, the changes' time goes back.
    /// </summary>
    public static async Task GoBackAsync(DbDataSource source, int days, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(source is NpgsqlDataSource ? Partitions(days) : Times(days));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // 2026-03-01 08:00:00+00:00 keeps its form.
    private static string Times(int days) =>
        $"update change_events set at = strftime('%Y-%m-%d %H:%M:%f', substr(at, 1, length(at) - 6), '-{days} days') || '+00:00'";

    private static string Partitions(int days) =>
        $"""
        do $$
        declare part record;
        begin
            lock table change_events in access exclusive mode;
            create temp table rest on commit drop as select * from change_events_part_other;
            delete from change_events_part_other;
            for part in
                select c.relname as name,
                       substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''(.*)''\) TO')::date - {days} as since,
                       substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''(.*)''\)')::date - {days} as until
                from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
                where i.inhparent = 'change_events'::regclass and c.relname <> 'change_events_part_other' order by 3
            loop
                execute format('alter table change_events detach partition %I', part.name);
                execute format('update %I set day = day - {days}', part.name);
                execute format('alter table change_events attach partition %I for values from (%s) to (%L)',
                    part.name, coalesce(quote_literal(part.since), 'minvalue'), part.until);
                if part.since is not null then
                    execute format('alter table %I rename to %I', part.name, 'change_events_part_' || to_char(part.since, 'YYYYMMDD'));
                end if;
            end loop;
            insert into change_events (position, xid, partition, topic, version, kind, data, actor, at, audience, day)
            select position, xid, partition, topic, version, kind, data, actor, at, audience, day - {days} from rest;
        end $$;
        """;
}
