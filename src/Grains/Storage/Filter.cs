using System.Text;

namespace Actors.Storage;

/// <summary>The conditions of a query: those whose value is given, with their parameters.</summary>
/// <param name="first">A condition without parameters that always holds.</param>
internal sealed class Filter(string first = "1 = 1")
{
    private readonly StringBuilder _sql = new(first);

    public List<(string Name, object? Value)> Parameters { get; } = [];

    /// <summary>The conditions, joined by "and".</summary>
    public string Sql => _sql.ToString();

    /// <summary>Adds a condition with one parameter, unless the value is null.</summary>
    public Filter And(string condition, string name, object? value)
    {
        if (value is not null)
        {
            _sql.Append(" and ").Append(condition);
            Parameters.Add((name, value));
        }

        return this;
    }

    /// <summary>A pattern for <c>like … escape '\'</c> that finds the text anywhere; null for null.</summary>
    public static string? Containing(string? text) => text is null
        ? null
        : $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
