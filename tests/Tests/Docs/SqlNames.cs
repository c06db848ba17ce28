using System.Text.RegularExpressions;

namespace Actors.Docs;

/// <summary>Names of tables and columns in the text of migrations.</summary>
public static partial class SqlNames
{
    /// <summary>Every table and column that the text makes: <c>work_orders</c>, <c>work_orders.code</c>.</summary>
    public static IReadOnlySet<string> Of(string sql)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var code = Comment().Replace(sql, "");
        foreach (Match table in CreateTable().Matches(code))
        {
            var name = table.Groups["table"].Value;
            names.Add(name);
            names.UnionWith(Columns(code[(table.Index + table.Length)..]).Select(c => $"{name}.{c}"));
        }

        names.UnionWith(AddColumn().Matches(code).Select(m => $"{m.Groups["table"].Value}.{m.Groups["column"].Value}"));
        return names;
    }

    /// <summary>The first word of every entry between the opening bracket, which is just gone, and the one that closes it.</summary>
    private static IEnumerable<string> Columns(string body)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < body.Length && depth >= 0; i++)
        {
            depth += body[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if ((body[i] == ',' && depth == 0) || depth < 0)
            {
                var entry = body[start..i];
                start = i + 1;
                if (Column().Match(entry) is { Success: true } column)
                {
                    yield return column.Groups["column"].Value;
                }
            }
        }
    }

    [GeneratedRegex("--[^\n]*", RegexOptions.None, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"create\s+table\s+(if\s+not\s+exists\s+)?(?<table>\w+)\s*\(", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CreateTable();

    [GeneratedRegex(@"alter\s+table\s+(?<table>\w+)\s+add\s+column\s+(if\s+not\s+exists\s+)?(?<column>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AddColumn();

    // A column name is followed by its type; the words of table constraints are not names. A quoted name, e.g. "position", counts.
    [GeneratedRegex(@"^\s*(?!(constraint|primary|unique|check|foreign|exclude|like)\b)""?(?<column>\w+)""?\s", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Column();
}
