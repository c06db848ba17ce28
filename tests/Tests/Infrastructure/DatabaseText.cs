using System.Diagnostics.CodeAnalysis;
using System.Text;
using Npgsql;

namespace Actors.Infrastructure;

/// <summary>Everything that a database holds, as text: to look for what must not be there.</summary>
internal static class DatabaseText
{
    /// <summary>The tables with each row as text; bytes stand as text too, as far as they are some.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Names from the catalog.")]
    public static async Task<Dictionary<string, string>> ReadAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (var names = source.CreateCommand("select quote_ident(tablename) from pg_tables where schemaname = 'public'"))
        await using (var name = await names.ExecuteReaderAsync())
        {
            while (await name.ReadAsync())
            {
                tables.Add(name.GetString(0));
            }
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            var text = new StringBuilder();
            await using var rows = source.CreateCommand($"select * from {table}");
            await using var row = await rows.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                for (var column = 0; column < row.FieldCount; column++)
                {
                    var value = row.GetValue(column);
                    text.Append(value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : value is DateTime ? "" : value).Append('\t');
                }

                text.Append('\n');
            }

            texts.Add(table, text.ToString());
        }

        return texts;
    }
}
