using Actors.Chaos.Load;
using Npgsql;

namespace Actors.Chaos.Proof;

/// <summary>Sums that must hold in the tables, however the system was hurt.</summary>
public static class Tables
{
    private static readonly (string Sentence, string Sql)[] NoneOfThese =
    [
        ("An order's version is not the number of its changes.",
            "select count(*) from work_orders o where o.version <> (select count(*) from change_events e where e.topic = 'work-orders/' || o.id)"),
        ("Changes of an order that is not there.",
            "select count(*) from change_events e where topic like 'work-orders/%' and not exists (select 1 from work_orders o where e.topic = 'work-orders/' || o.id)"),
        ("A step's totals are not the sum of its log.",
            """
            select count(*) from work_order_steps s
            left join (select work_order_id, step_code, sum(completed_quantity) as good, sum(defective_quantity) as bad
                       from work_order_progress_logs group by 1, 2) l using (work_order_id, step_code)
            where s.completed_quantity <> coalesce(l.good, 0) or s.defective_quantity <> coalesce(l.bad, 0)
            """),
        ("Entries of the log that no change tells of, or the other way round.",
            """
            select count(*) from (select work_order_id, version from work_order_progress_logs) l
            full join (select substr(topic, 13) as work_order_id, version from change_events where kind = 'progress.reported') e
                using (work_order_id, version)
            where l.version is null or e.version is null
            """),
        ("A message was kept twice.",
            "select count(*) - count(distinct (work_order_id, client_message_id)) from work_order_messages"),
        ("Messages are not numbered without holes.",
            "select count(*) from (select max(sequence) - count(*) as holes from work_order_messages group by work_order_id) m where holes <> 0"),
        ("An order was made twice.",
            "select count(*) - count(distinct title) from work_orders"),
    ];

    /// <summary>Holds the sums, and counts the commands that left a trace: as many as were acknowledged.</summary>
    public static async Task AssertHoldAsync(NpgsqlDataSource database, Acknowledged acknowledged)
    {
        foreach (var (sentence, sql) in NoneOfThese)
        {
            var count = await CountAsync(database, sql);
            Assert.True(count == 0, $"{sentence} ({count})");
        }

        Assert.Equal(acknowledged.Count, await CountAsync(database, "select count(*) from idempotency_keys where resource like 'work-orders/%'"));
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
#pragma warning disable CA2100 // the statements stand above
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
