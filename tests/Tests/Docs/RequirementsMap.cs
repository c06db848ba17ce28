using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Actors.Docs;

/// <summary>A row of the map: requirements, where they live, which tests prove them.</summary>
/// <param name="Line">Its line in the document.</param>
/// <param name="Ids">Every requirement, ranges written out.</param>
/// <param name="Where">The backticked names of the column "where".</param>
/// <param name="Proof">The backticked names of the column "proof".</param>
public sealed record RequirementsRow(int Line, ImmutableArray<string> Ids, ImmutableArray<string> Where, ImmutableArray<string> Proof);

/// <summary>What exists, to hold the map against.</summary>
public sealed record KnownNames
{
    /// <summary>Whether a path of the repository exists.</summary>
    public required Func<string, bool> PathExists { get; init; }

    /// <summary>Tables and columns: <c>work_orders</c>, <c>work_orders.code</c>.</summary>
    public required IReadOnlySet<string> Sql { get; init; }

    /// <summary>Types and their members: <c>WorkOrderGrain</c>, <c>WorkOrderGrain.ReportProgress</c>.</summary>
    public required IReadOnlySet<string> Types { get; init; }

    /// <summary>Test classes and tests: <c>WorkOrderTests</c>, <c>WorkOrderTests.Closing_a_closed_order_conflicts</c>.</summary>
    public required IReadOnlySet<string> Tests { get; init; }
}

/// <summary>
/// The table <c>| ids | what | where | proof |</c> of docs/requirements.md, e.g.
/// <c>| 002-010 … 002-012, 002-020 | fields of an order | `work_orders.code` `WorkOrder` | `WorkOrderTests` |</c>.
/// </summary>
public sealed partial class RequirementsMap
{
    private const int Columns = 4;

    private RequirementsMap(ImmutableArray<RequirementsRow> rows, ImmutableArray<string> problems)
    {
        Rows = rows;
        Problems = problems;
    }

    public ImmutableArray<RequirementsRow> Rows { get; }

    /// <summary>What is wrong with the map itself, one sentence each.</summary>
    public ImmutableArray<string> Problems { get; }

    public static RequirementsMap Parse(string markdown)
    {
        var rows = ImmutableArray.CreateBuilder<RequirementsRow>();
        var problems = ImmutableArray.CreateBuilder<string>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, line) in markdown.Split('\n').Index())
        {
            if (Cells(line) is not { } cells)
            {
                continue;
            }

            var number = index + 1;
            if (cells.Length != Columns)
            {
                problems.Add($"Line {number}: {cells.Length} columns, not {Columns}.");
                continue;
            }

            var row = new RequirementsRow(number, ExpandIds(cells[0], number, problems), Names(cells[2]), Names(cells[3]));
            problems.AddRange(row.Ids.Where(id => !seen.TryAdd(id, number)).Select(id => $"Line {number}: {id} is on line {seen[id]} already."));
            if (row.Where.IsEmpty || row.Proof.IsEmpty)
            {
                problems.Add($"Line {number}: \"where\" and \"proof\" each need a name in backticks.");
            }

            rows.Add(row);
        }

        return new RequirementsMap(rows.DrainToImmutable(), problems.DrainToImmutable());
    }

    /// <summary>Names of the map that do not exist, one sentence each; routes apart, which need a running host.</summary>
    public IEnumerable<string> UnknownNames(KnownNames known) =>
        from row in Rows
        from problem in row.Where.Select(n => WhyUnknown(n, known)).Concat(row.Proof.Select(n => known.Tests.Contains(n) ? null : $"`{n}` is no test"))
        where problem is not null
        select $"Line {row.Line}: {problem}.";

    /// <summary>Routes of the map that do not exist, one sentence each.</summary>
    /// <param name="routes">Method and template, e.g. <c>GET /api/v1/work-orders/{id}</c>.</param>
    public IEnumerable<string> UnknownRoutes(IReadOnlySet<string> routes) =>
        from row in Rows
        from name in row.Where
        where Route().IsMatch(name) && !routes.Contains(name)
        select $"Line {row.Line}: `{name}` is no route.";

    private static string? WhyUnknown(string name, KnownNames known) => name switch
    {
        _ when Route().IsMatch(name) => null,
        _ when FilePath().IsMatch(name) => known.PathExists(name) ? null : $"`{name}` is no file or folder",
        _ when Sql().IsMatch(name) => known.Sql.Contains(name) ? null : $"`{name}` is no table or column of the migrations",
        _ when TypeName().IsMatch(name) => known.Types.Contains(name) ? null : $"`{name}` is no type or member",
        _ => $"`{name}` is neither a route, a path, a table, a column nor a type",
    };

    /// <summary>The cells of a data row; null for everything else, header and rule included.</summary>
    private static string[]? Cells(string line)
    {
        line = line.Trim();
        if (!line.StartsWith('|'))
        {
            return null;
        }

        var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
        var isHeader = string.Equals(cells[0], "ids", StringComparison.OrdinalIgnoreCase);
        var isRule = cells.All(c => c.Length > 0 && c.All(x => x is '-' or ':'));
        return isHeader || isRule ? null : cells;
    }

    private static ImmutableArray<string> ExpandIds(string cell, int line, ImmutableArray<string>.Builder problems)
    {
        var ids = ImmutableArray.CreateBuilder<string>();
        foreach (var part in cell.Split(',', StringSplitOptions.TrimEntries))
        {
            var match = IdOrRange().Match(part);
            var first = Number(match, "first");
            var last = match.Groups["last"].Success ? Number(match, "last") : first;
            var isOneDocument = !match.Groups["until"].Success || string.Equals(match.Groups["until"].Value, match.Groups["document"].Value, StringComparison.Ordinal);
            if (!match.Success || !isOneDocument || last < first)
            {
                problems.Add($"Line {line}: \"{part}\" is neither an id nor a range of ids.");
                continue;
            }

            ids.AddRange(Enumerable.Range(first, last - first + 1)
                .Select(n => string.Create(CultureInfo.InvariantCulture, $"{match.Groups["document"].Value}-{n:000}")));
        }

        return ids.DrainToImmutable();
    }

    private static int Number(Match match, string group) =>
        match.Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    private static ImmutableArray<string> Names(string cell) => [.. Backticked().Matches(cell).Select(m => m.Groups["name"].Value)];

    // "002-010", "M-010…M-017", "002-010 - 002-021"
    [GeneratedRegex(@"^(?<document>[0-9A-Z]+)-(?<first>\d{3})(\s*[…–-]\s*(?<until>[0-9A-Z]+)-(?<last>\d{3}))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdOrRange();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Backticked();

    [GeneratedRegex("^(GET|POST|PUT|PATCH|DELETE) /", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Route();

    [GeneratedRegex(@"/|^[\w.-]+\.(md|sln|json|props|csproj|yaml|sql)$|^tests$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FilePath();

    [GeneratedRegex(@"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sql();

    [GeneratedRegex(@"^[A-Z]\w*(\.[A-Z]\w*)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();
}
