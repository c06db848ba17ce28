using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Actors.Storage.PostgreSql;

/// <summary>Rows that one CTE of a batch writes: same table, same operation.</summary>
/// <param name="IsRoot">Root rows decide whether their commit passes; the others follow.</param>
/// <param name="Table">Where.</param>
/// <param name="Operation">What; a root is inserted, updated or deleted.</param>
internal readonly record struct RowGroup(bool IsRoot, Table Table, RowOperation Operation);

/// <summary>
/// Writes the one statement of a batch: a data-modifying CTE per group over arrays, one array per column. For a batch that
/// updates an order, inserts its log and keeps the command's key:
/// <code>
/// with i0 as materialized (select * from unnest($1, $2, $3, $4) as i (item, expected, c0, c1)),
///      …
///      known as materialized (select i.item from i2 as i, lateral (select from idempotency_keys as t where t.resource = i.c0 and … limit 1) as found),
///      w0 as (update "orders" as t set "version" = i.c1 from i0 as i where t."id" = i.c0 and t."version" = i.expected
///             and i.item not in (select item from known) returning i.item),
///      passed as materialized (select item from w0),
///      w1 as (insert into "logs" ("id", …) select i.c0, … from i1 as i where i.item in (select item from passed)), …
/// select item from passed
/// </code>
/// <c>item</c> is the commit's index in the batch. A statement sees the database as it was before it, so a group that writes
/// where another one deletes is made to wait for it; foreign keys are checked at the statement's end.
/// </summary>
internal static class BatchSql
{
    public static string Write(ImmutableArray<RowGroup> groups)
    {
        var sql = new StringBuilder("with ");
        var parameter = 0;
        for (var g = 0; g < groups.Length; g++)
        {
            AppendInput(sql, g, groups[g], ref parameter);
        }

        var hasKeys = AppendKnown(sql, groups);
        for (var g = 0; g < groups.Length; g++)
        {
            if (groups[g].IsRoot)
            {
                AppendRoot(sql, g, groups[g], hasKeys);
            }
        }

        AppendPassed(sql, groups);
        foreach (var (g, _) in groups.Index().Where(x => !x.Item.IsRoot).OrderByDescending(x => x.Item.Operation == RowOperation.Delete))
        {
            AppendRows(sql, g, groups);
        }

        return sql.Append("\nselect item from passed").ToString();
    }

    private static void AppendInput(StringBuilder sql, int g, RowGroup group, ref int parameter)
    {
        var columns = group.Table.Columns.Count;
        var arrays = columns + (group.IsRoot ? 2 : 1);
        sql.Append(CultureInfo.InvariantCulture, $"i{g} as materialized (select * from unnest(");
        for (var i = 0; i < arrays; i++)
        {
            sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}${++parameter}");
        }

        sql.Append(group.IsRoot ? ") as i (item, expected" : ") with ordinality as i (item");
        for (var c = 0; c < columns; c++)
        {
            sql.Append(CultureInfo.InvariantCulture, $", c{c}");
        }

        sql.Append(group.IsRoot ? ")),\n" : ", place)),\n");
    }

    // Commits whose command was carried out before.
    private static bool AppendKnown(StringBuilder sql, ImmutableArray<RowGroup> groups)
    {
        var g = groups.IndexOf(new RowGroup(IsRoot: false, IdempotencyRecord.Table, RowOperation.Insert));
        if (g < 0)
        {
            return false;
        }

        // The limit keeps it a lookup for each: a plan that was made while the table was small would go through all of it.
        sql.Append(CultureInfo.InvariantCulture, $"known as materialized (select i.item from i{g} as i, lateral (select from ")
            .Append(Quote(IdempotencyRecord.Table.Name)).Append(" as t where ");
        AppendKeyMatch(sql, IdempotencyRecord.Table);
        sql.Append(" limit 1) as found),\n");
        return true;
    }

    private static void AppendRoot(StringBuilder sql, int g, RowGroup group, bool hasKeys)
    {
        var isNew = hasKeys ? "i.item not in (select item from known)" : "true";
        var table = Quote(group.Table.Name);
        var id = Quote(group.Table.Columns[0].Name);
        sql.Append(CultureInfo.InvariantCulture, $"w{g} as (");
        switch (group.Operation)
        {
            case RowOperation.Insert:
                AppendInsert(sql, g, group.Table);
                sql.Append(" where ").Append(isNew).Append(" on conflict (").Append(id).Append(") do nothing returning ").Append(id);
                break;
            case RowOperation.Delete:
                sql.Append("delete from ").Append(table).Append(CultureInfo.InvariantCulture, $" as t using i{g} as i where t.").Append(id)
                    .Append(" = i.c0 and t.\"version\" = i.expected and ").Append(isNew).Append(" returning i.item");
                break;
            default:
                AppendUpdate(sql, g, group.Table);
                sql.Append(" where t.").Append(id)
                    .Append(" = i.c0 and t.\"version\" = i.expected and ").Append(isNew).Append(" returning i.item");
                break;
        }

        sql.Append("),\n");
    }

    private static void AppendPassed(StringBuilder sql, ImmutableArray<RowGroup> groups)
    {
        sql.Append("passed as materialized (");
        var isFirst = true;
        for (var g = 0; g < groups.Length; g++)
        {
            if (!groups[g].IsRoot)
            {
                continue;
            }

            sql.Append(isFirst ? "" : " union all ");
            isFirst = false;
            if (groups[g].Operation == RowOperation.Insert) // an insert can only return what it wrote
            {
                sql.Append(CultureInfo.InvariantCulture, $"select i.item from i{g} as i join w{g} as w on w.")
                    .Append(Quote(groups[g].Table.Columns[0].Name)).Append(" = i.c0");
            }
            else
            {
                sql.Append(CultureInfo.InvariantCulture, $"select item from w{g}");
            }
        }

        sql.Append(')');
    }

    private static void AppendRows(StringBuilder sql, int g, ImmutableArray<RowGroup> groups)
    {
        var (_, table, operation) = groups[g];
        var hasOnlyKeys = table.Columns.All(c => c.IsKey);
        sql.Append(CultureInfo.InvariantCulture, $",\nw{g} as (");
        switch (operation)
        {
            case RowOperation.Delete:
                sql.Append("delete from ").Append(Quote(table.Name)).Append(CultureInfo.InvariantCulture, $" as t using i{g} as i where ");
                AppendKeyMatch(sql, table);
                sql.Append(" and ");
                break;
            case RowOperation.Update:
                AppendUpdate(sql, g, table);
                sql.Append(" where ");
                AppendKeyMatch(sql, table);
                sql.Append(" and ");
                break;
            default:
                AppendInsert(sql, g, table);
                sql.Append(" where ");
                break;
        }

        sql.Append("i.item in (select item from passed)");
        AppendWaitForDeletes(sql, g, groups);
        if (operation is RowOperation.Insert or RowOperation.Upsert)
        {
            sql.Append(" order by i.place"); // generated numbers follow the order of the rows
        }

        if (operation == RowOperation.Upsert)
        {
            sql.Append(" on conflict (").AppendJoin(", ", table.Columns.Where(c => c.IsKey).Select(c => Quote(c.Name))).Append(") do ");
            sql.Append(hasOnlyKeys ? "nothing" : "update set ").AppendJoin(
                ", ", table.Columns.Where(c => !c.IsKey).Select(c => $"{Quote(c.Name)} = excluded.{Quote(c.Name)}"));
        }

        sql.Append(operation == RowOperation.Delete ? " returning 1)" : ")");
    }

    // CTEs that write run in no promised order; reading what the deleting one returned makes this one run after it.
    private static void AppendWaitForDeletes(StringBuilder sql, int g, ImmutableArray<RowGroup> groups)
    {
        if (groups[g].Operation == RowOperation.Delete)
        {
            return;
        }

        var table = groups[g].Table;
        var deletes = groups.IndexOf(new RowGroup(IsRoot: false, table, RowOperation.Delete));
        if (deletes >= 0)
        {
            sql.Append(CultureInfo.InvariantCulture, $" and (select count(*) from w{deletes}) >= 0");
        }
    }

    private static void AppendInsert(StringBuilder sql, int g, Table table)
    {
        sql.Append("insert into ").Append(Quote(table.Name)).Append(" (").AppendJoin(", ", table.Columns.Select(c => Quote(c.Name)))
            .Append(") select ").AppendJoin(", ", Enumerable.Range(0, table.Columns.Count).Select(c => $"i.c{c}"))
            .Append(CultureInfo.InvariantCulture, $" from i{g} as i");
    }

    private static void AppendUpdate(StringBuilder sql, int g, Table table)
    {
        var sets = table.Columns.Select((column, c) => (column, c)).Where(x => !x.column.IsKey).ToList();
        if (sets.Count == 0)
        {
            throw new InvalidOperationException($"Nothing to update in {table.Name}: it has key columns only.");
        }

        sql.Append("update ").Append(Quote(table.Name)).Append(" as t set ")
            .AppendJoin(", ", sets.Select(x => $"{Quote(x.column.Name)} = i.c{x.c}"))
            .Append(CultureInfo.InvariantCulture, $" from i{g} as i");
    }

    private static void AppendKeyMatch(StringBuilder sql, Table table)
    {
        for (var c = 0; c < table.Columns.Count && table.Columns[c].IsKey; c++)
        {
            sql.Append(c == 0 ? "t." : " and t.").Append(Quote(table.Columns[c].Name)).Append(CultureInfo.InvariantCulture, $" = i.c{c}");
        }
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
