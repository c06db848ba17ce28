using Microsoft.Data.Sqlite;

namespace Actors.Storage.Sqlite;

/// <summary>Finds out which foreign key refused a row. Slow, and only asked after a violation.</summary>
internal static class SqliteForeignKeys
{
    private sealed record ForeignKey(string Parent, List<(string From, string? To)> Columns);

    /// <summary>
    /// The key whose parent is missing, by PostgreSQL's default name, e.g. <c>steps_order_id_fkey</c>; null if none is.
    /// </summary>
    public static string? FindBroken(SqliteConnection connection, RowChange change)
    {
        foreach (var key in Read(connection, change.Table))
        {
            if (!HasParent(connection, key, change))
            {
                return $"{change.Table.Name}_{string.Join('_', key.Columns.Select(c => c.From))}_fkey";
            }
        }

        return null;
    }

    private static List<ForeignKey> Read(SqliteConnection connection, Table table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """select id, "table", "from", "to" from pragma_foreign_key_list(@table) order by id, seq""";
        command.Parameters.AddWithValue("@table", table.Name);
        using var reader = command.ExecuteReader();
        var keys = new SortedDictionary<long, ForeignKey>();
        while (reader.Read())
        {
            if (!keys.TryGetValue(reader.GetInt64(0), out var key))
            {
                keys.Add(reader.GetInt64(0), key = new ForeignKey(reader.GetString(1), []));
            }

            key.Columns.Add((reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return [.. keys.Values];
    }

    private static bool HasParent(SqliteConnection connection, ForeignKey key, RowChange change)
    {
        using var command = connection.CreateCommand();
        var matches = new List<string>();
        foreach (var (from, to) in key.Columns)
        {
            var column = change.Table.Columns.Index().FirstOrDefault(x => string.Equals(x.Item.Name, from, StringComparison.Ordinal));
            if (column.Item is null || to is null || change.Table.Value(column.Index, change.Row) is not { } value)
            {
                return true; // not written by us, or null: it refers to nothing
            }

            matches.Add($"\"{to}\" = @p{matches.Count}");
            command.Parameters.AddWithValue($"@p{command.Parameters.Count}", value);
        }

#pragma warning disable CA2100 // names from the schema
        command.CommandText = $"select 1 from \"{key.Parent}\" where {string.Join(" and ", matches)}";
#pragma warning restore CA2100
        return command.ExecuteScalar() is not null;
    }
}
