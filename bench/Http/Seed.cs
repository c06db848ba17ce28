using Actors.Infrastructure;
using Npgsql;

namespace Actors.Bench;

/// <summary>Fills a database with what is there before the first request, the same for every contender.</summary>
internal static class Seed
{
    private const string Users =
        """
        insert into users (id, version, email)
        select gen_random_uuid()::text, 1, 'user-' || i || '@example.org' from generate_series(1, $1) i returning id
        """;

    private const string Orders =
        """
        insert into work_orders (id, version, document_version, code, title, status, priority, owner_id, target_quantity, target_factory_id,
            over_production_percent, step_gate, created_at, updated_at)
        select gen_random_uuid()::text, 2, 2, 'SEED-' || place || '-' || i, '齿轮箱 Gearbox housing, left', 'released', 'high', owner,
            1000000000, 'factory-7', 0, true, now() - make_interval(mins => i), now()
        from unnest($1) with ordinality as o (owner, place), generate_series(1, $2) i
        returning owner_id, id
        """;

    private const string Children =
        """
        insert into work_order_steps (id, work_order_id, position, step_code, step_name, expected_quantity, status)
        select gen_random_uuid()::text, id, s - 1, 'step-' || s, '切割 Cutting', 1000000000, 'pending' from work_orders, generate_series(1, 6) s;
        insert into change_events (partition, topic, version, kind, data, actor, at, audience)
        select 0, 'work-orders/' || id, v, case v when 1 then 'work-order.created' else 'work-order.status-changed' end, '{}', owner_id, now(),
            'user:' || owner_id from work_orders, generate_series(1, 2) v;
        analyze;
        checkpoint
        """;

    /// <summary>Makes the product's tables, by the product's own command.</summary>
    public static async Task MigrateAsync(string database)
    {
        var builder = new NpgsqlConnectionStringBuilder(database);
        var url = $"DATABASE_URL=postgresql://{builder.Username}@{builder.Host}:{builder.Port}/{builder.Database}";
        var (exitCode, output) = await ChildProcess.RunAsync(
            ["env", url, "dotnet", Path.Combine(AppContext.BaseDirectory, "actors.dll"), "migrate"], AppContext.BaseDirectory);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"The schema could not be made:\n{output}");
        }
    }

    /// <summary>Users of a system that registers none; returns their ids.</summary>
    public static async Task<IReadOnlyList<string>> UsersAsync(string database, int count)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(Users);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Released work orders of six steps for each user; returns their ids by user.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> OrdersAsync(string database, IReadOnlyList<string> users, int countForEach)
    {
        await using var source = NpgsqlDataSource.Create(database);
        var orders = users.ToDictionary(id => id, _ => new List<string>(), StringComparer.Ordinal);
        await using (var command = source.CreateCommand(Orders))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. users] });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = countForEach });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                orders[reader.GetString(0)].Add(reader.GetString(1));
            }
        }

        foreach (var statement in Children.Split(';')) // the last ones want no transaction around them
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }

        return [.. users.Select(id => orders[id])];
    }
}
