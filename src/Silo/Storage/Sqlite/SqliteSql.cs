namespace Actors.Storage.Sqlite;

/// <summary>The text of the writer's statements. Parameters: <c>@c0</c>, <c>@c1</c> … for the columns, <c>@expected</c>.</summary>
internal static class SqliteSql
{
    public static string Write(SqliteStatementKind kind, Table table)
    {
        var name = Quote(table.Name);
        return kind switch
        {
            SqliteStatementKind.InsertRoot => $"{Insert(table)} on conflict ({Quote(table.Columns[0].Name)}) do nothing",
            SqliteStatementKind.UpdateRoot => $"update {name} set {Sets(table)} where {RootMatch(table)}",
            SqliteStatementKind.DeleteRoot => $"delete from {name} where {RootMatch(table)}",
            SqliteStatementKind.FindRoot => $"select 1 from {name} where {RootMatch(table)}",
            SqliteStatementKind.InsertRow => Insert(table),
            SqliteStatementKind.UpdateRow => $"update {name} set {Sets(table)} where {KeyMatch(table)}",
            SqliteStatementKind.UpsertRow => $"{Insert(table)} on conflict ({string.Join(", ", Keys(table))}) do {OnConflict(table)}",
            SqliteStatementKind.DeleteRow => $"delete from {name} where {KeyMatch(table)}",
            _ => $"select 1 from {name} where {KeyMatch(table)}",
        };
    }

    /// <summary>Whether a statement has a parameter for the column.</summary>
    public static bool Uses(SqliteStatementKind kind, Table table, int column) => kind switch
    {
        SqliteStatementKind.DeleteRoot or SqliteStatementKind.FindRoot => column == 0,
        SqliteStatementKind.UpdateRoot => column == 0 || !table.Columns[column].IsKey,
        SqliteStatementKind.DeleteRow or SqliteStatementKind.FindRow => table.Columns[column].IsKey,
        _ => true,
    };

    private static string Insert(Table table) =>
        $"insert into {Quote(table.Name)} ({string.Join(", ", table.Columns.Select(c => Quote(c.Name)))}) "
        + $"values ({string.Join(", ", table.Columns.Select(Parameter))})";

    private static string OnConflict(Table table) =>
        table.Columns.All(c => c.IsKey)
            ? "nothing"
            : $"update set {string.Join(", ", table.Columns.Where(c => !c.IsKey).Select(c => $"{Quote(c.Name)} = excluded.{Quote(c.Name)}"))}";

    private static string Sets(Table table) => table.Columns.All(c => c.IsKey)
        ? throw new InvalidOperationException($"Nothing to update in {table.Name}: it has key columns only.")
        : string.Join(", ", table.Columns.Index().Where(x => !x.Item.IsKey).Select(x => $"{Quote(x.Item.Name)} = {Parameter(x.Item, x.Index)}"));

    private static string RootMatch(Table table) => $"{Quote(table.Columns[0].Name)} = @c0 and \"version\" = @expected";

    private static string KeyMatch(Table table) =>
        string.Join(" and ", table.Columns.Index().Where(x => x.Item.IsKey).Select(x => $"{Quote(x.Item.Name)} = @c{x.Index}"));

    private static IEnumerable<string> Keys(Table table) => table.Columns.Where(c => c.IsKey).Select(c => Quote(c.Name));

    // json() refuses what is no JSON, as a jsonb column would.
    private static string Parameter(Column column, int index) => column.Type == ColumnType.Json ? $"json(@c{index})" : $"@c{index}";

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
