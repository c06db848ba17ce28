using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Actors.Storage;

/// <summary>Turns <c>@name</c> parameters into <c>$1</c>, <c>$2</c>, …, once for each text.</summary>
internal sealed partial class NumberedSql
{
    // Texts differ by the filters of lists, not by their values.
    private const int MostTexts = 2_000;

    private readonly ConcurrentDictionary<string, (string Sql, ImmutableArray<string> Names)> _known = new(StringComparer.Ordinal);

    /// <summary>The text with numbers, and the names in the order of their numbers.</summary>
    public (string Sql, ImmutableArray<string> Names) Of(string sql)
    {
        if (!_known.TryGetValue(sql, out var numbered))
        {
            numbered = Number(sql);
            if (_known.Count < MostTexts)
            {
                _known.TryAdd(sql, numbered);
            }
        }

        return numbered;
    }

    private static (string Sql, ImmutableArray<string> Names) Number(string sql)
    {
        var names = new List<string>();
        var text = Parameter().Replace(sql, match =>
        {
            if (match.Groups["name"] is not { Success: true, Value: var name })
            {
                return match.Value;
            }

            var index = names.IndexOf(name);
            if (index < 0)
            {
                index = names.Count;
                names.Add(name);
            }

            return $"${index + 1}";
        });
        return (text, [.. names]);
    }

    // What stands in quotes is no parameter.
    [GeneratedRegex("""'[^']*'|"[^"]*"|@(?<name>[A-Za-z_][A-Za-z0-9_]*)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
