using Npgsql;

namespace Actors.Bench;

/// <summary>Counts what was acknowledged, and compares it with what the database says.</summary>
internal sealed class Ledger(string database, int seededOrders)
{
    private const int Steps = 6;
    private const int CommitsToSeedAnOrder = 2;

    private long _reports;
    private long _created;

    /// <summary>Notes acknowledged commands; queries leave no trace.</summary>
    public void Add(Operation operation, long count)
    {
        switch (operation)
        {
            case Operation.Progress:
                _reports += count;
                break;
            case Operation.Create:
                _created += count;
                break;
        }
    }

    /// <summary>What does not agree; null if all does.</summary>
    public async Task<string?> FindFaultAsync()
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            select (select count(*) from work_orders), (select count(*) from work_order_steps), (select sum(version) from work_orders)::bigint,
                   (select count(*) from change_events where topic like 'work-orders/%'), (select count(*) from work_order_progress_logs),
                   (select sum(completed_quantity) from work_order_steps)::bigint, (select count(*) from idempotency_keys)
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var found = Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64).ToArray();
        var orders = seededOrders + _created;
        var commits = (CommitsToSeedAnOrder * seededOrders) + _reports + _created;
        long[] expected = [orders, orders * Steps, commits, commits, _reports, _reports, _reports + _created];
        return found.SequenceEqual(expected)
            ? null
            : $"orders, steps, versions, events, logs, pieces, keys are {string.Join(", ", found)}; acknowledged were {string.Join(", ", expected)}";
    }

    public override string ToString() => $"all {_reports} acknowledged reports and {_created} created orders are there, once";
}
