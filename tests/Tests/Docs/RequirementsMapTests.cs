using System.Reflection;
using Actors.Infrastructure;
using Xunit.v3;

namespace Actors.Docs;

/// <summary>docs/requirements.md says only what is true.</summary>
public sealed class RequirementsMapTests
{
    private static readonly string[] Product = ["Actors.Grains.Interfaces", "Actors.Grains", "Actors.Silo", "Actors.Workers", "Actors.Frontend", "actors"];

    private static readonly Assembly[] TestProjects = [typeof(RequirementsMapTests).Assembly, Assembly.Load("Actors.Chaos")];

    private static readonly KnownNames Known = new()
    {
        PathExists = path => string.Equals(path, "src", StringComparison.Ordinal),
        Sql = new HashSet<string>(StringComparer.Ordinal) { "work_orders", "work_orders.code" },
        Types = new HashSet<string>(StringComparer.Ordinal) { "WorkOrderGrain" },
        Tests = new HashSet<string>(StringComparer.Ordinal) { "WorkOrderTests", "WorkOrderTests.It_works" },
    };

    [Fact]
    public void The_map_is_well_formed() => Assert.Empty(RealMap().Problems);

    [Fact]
    public void Every_name_in_the_map_exists() => Assert.Empty(RealMap().UnknownNames(RealNames()));

    [Fact]
    public void Ranges_expand()
    {
        var map = Parse("| 002-009 … 002-011, M-010 - M-011, G-003 | w | `WorkOrderGrain` | `WorkOrderTests` |");

        Assert.Empty(map.Problems);
        Assert.Equal(["002-009", "002-010", "002-011", "M-010", "M-011", "G-003"], Assert.Single(map.Rows).Ids);
    }

    [Theory]
    [InlineData("| 002-9 | w | `src` | `WorkOrderTests` |", "\"002-9\" is neither an id nor a range of ids.")]
    [InlineData("| 002-011 … 002-009 | w | `src` | `WorkOrderTests` |", "\"002-011 … 002-009\" is neither an id nor a range of ids.")]
    [InlineData("| 001-001 … 002-009 | w | `src` | `WorkOrderTests` |", "\"001-001 … 002-009\" is neither an id nor a range of ids.")]
    [InlineData("| 002-001 | w | src | `WorkOrderTests` |", "\"where\" and \"proof\" each need a name in backticks.")]
    [InlineData("| 002-001 | w | `src` | |", "\"where\" and \"proof\" each need a name in backticks.")]
    [InlineData("| 002-001 | w | `src` |", "3 columns, not 4.")]
    public void A_malformed_row_is_reported(string row, string problem) =>
        Assert.Equal($"Line 3: {problem}", Assert.Single(Parse(row).Problems));

    [Fact]
    public void An_id_twice_is_reported()
    {
        var map = Parse("| 002-001 … 002-003 | w | `src` | `WorkOrderTests` |\n| 002-002 | w | `src` | `WorkOrderTests` |");

        Assert.Equal("Line 4: 002-002 is on line 3 already.", Assert.Single(map.Problems));
    }

    [Theory]
    [InlineData("src/Nowhere", "`src/Nowhere` is no file or folder")]
    [InlineData("Nothing.md", "`Nothing.md` is no file or folder")]
    [InlineData("ghosts", "`ghosts` is no table or column of the migrations")]
    [InlineData("work_orders.ghost", "`work_orders.ghost` is no table or column of the migrations")]
    [InlineData("GhostGrain", "`GhostGrain` is no type or member")]
    [InlineData("not a name", "`not a name` is neither a route, a path, a table, a column nor a type")]
    public void A_place_that_does_not_exist_is_reported(string name, string problem) =>
        Assert.Equal($"Line 3: {problem}.", Assert.Single(Parse($"| 002-001 | w | `{name}` | `WorkOrderTests` |").UnknownNames(Known)));

    [Fact]
    public void A_proof_that_does_not_exist_is_reported()
    {
        var map = Parse("| 002-001 | w | `WorkOrderGrain` `work_orders.code` | `WorkOrderTests.It_works` `WorkOrderTests.It_fails` |");

        Assert.Equal("Line 3: `WorkOrderTests.It_fails` is no test.", Assert.Single(map.UnknownNames(Known)));
    }

    [Fact]
    public void A_route_that_does_not_exist_is_reported()
    {
        var map = Parse("| 002-001 | w | `GET /api/v1/work-orders` `POST /api/v1/ghosts` | `WorkOrderTests` |");

        Assert.Empty(map.UnknownNames(Known));
        Assert.Equal(
            "Line 3: `POST /api/v1/ghosts` is no route.",
            Assert.Single(map.UnknownRoutes(new HashSet<string>(StringComparer.Ordinal) { "GET /api/v1/work-orders" })));
    }

    /// <summary>The map of this repository.</summary>
    internal static RequirementsMap RealMap() => RequirementsMap.Parse(Repository.Read("docs/requirements.md"));

    private static RequirementsMap Parse(string rows) => RequirementsMap.Parse($"| ids | what | where | proof |\n|---|---|---|---|\n{rows}\n");

    private static KnownNames RealNames() => new()
    {
        PathExists = Repository.Exists,
        Sql = SqlNames.Of(string.Join('\n', Repository.Files("src", "*.sql").Where(f => f.Contains("/Migrations/", StringComparison.Ordinal)).Select(Repository.Read))),
        Types = Product.SelectMany(a => Assembly.Load(a).GetTypes()).SelectMany(NamesOf).ToHashSet(StringComparer.Ordinal),
        Tests = TestProjects.SelectMany(a => a.GetTypes()).SelectMany(TestsOf).ToHashSet(StringComparer.Ordinal),
    };

    private static IEnumerable<string> NamesOf(Type type)
    {
        const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        var name = type.Name.Split('`')[0];
        return type.GetMembers(Everything).Select(m => $"{name}.{m.Name}").Append(name);
    }

    private static IEnumerable<string> TestsOf(Type type)
    {
        var tests = type.GetMethods().Where(m => m.GetCustomAttributes().Any(a => a is IFactAttribute)).Select(m => $"{type.Name}.{m.Name}").ToList();
        return tests.Count == 0 ? [] : [type.Name, .. tests];
    }
}
