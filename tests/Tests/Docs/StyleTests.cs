using System.Reflection;
using System.Text.RegularExpressions;
using Actors.Infrastructure;

namespace Actors.Docs;

/// <summary>Habits and borders that neither the compiler nor an analyzer holds.</summary>
public sealed partial class StyleTests
{
    private const int LinesOfFile = 500;

    private static readonly string[] NotInDomain = ["Npgsql", "Microsoft.Data.Sqlite", "SQLitePCLRaw", "Microsoft.AspNetCore"];

    [Fact]
    public void No_source_file_is_longer_than_500_lines() =>
        Assert.DoesNotContain(Repository.Files("src", "*.cs"), f => Repository.Read(f).Count(c => c == '\n') > LinesOfFile);

    [Fact]
    public void No_test_sleeps() =>
        Assert.DoesNotContain(Repository.Files("tests", "*.cs"), f => Sleep().IsMatch(Repository.Read(f)));

    [Theory]
    [InlineData("Actors.Grains.Interfaces")]
    [InlineData("Actors.Grains")]
    public void The_domain_knows_no_database_driver_and_no_http(string assembly) =>
        Assert.DoesNotContain(
            Assembly.Load(assembly).GetReferencedAssemblies(),
            a => NotInDomain.Any(n => a.Name!.StartsWith(n, StringComparison.Ordinal)));

    /// <summary>
    /// The frontend references the silo only to run the whole system in one process, which <c>Actors.Hosting</c> does.
    /// </summary>
    [Fact]
    public void Endpoints_do_not_touch_the_storage() =>
        Assert.DoesNotContain(
            Repository.Files("src/Frontend", "*.cs").Append("src/Frontend/Frontend.csproj"),
            f => Repository.Read(f) is var text && !Hosting().IsMatch(text) && Storage().IsMatch(text));

    [Theory]
    [InlineData("using Actors.Storage;", true)]
    [InlineData("using Actors.Storage.Postgres;", true)]
    [InlineData("    <Using Include=\"Actors.Storage\" />", true)]
    [InlineData("void Store(Storage.Commit commit)", true)]
    [InlineData("using Actors.StorageQuotas;", false)]
    [InlineData("quota.Storage.Used", false)]
    public void A_use_of_the_storage_is_seen(string line, bool isUse) => Assert.Equal(isUse, Storage().IsMatch(line));

    [Fact]
    public void Error_codes_are_UPPER_SNAKE()
    {
        var codes = Repository.Files("src", "*.cs").SelectMany(f => ErrorCode().Matches(Repository.Read(f))).Select(m => m.Groups["code"].Value).ToList();

        Assert.True(codes.Count > 20, "The pattern finds no codes.");
        Assert.All(codes, code => Assert.Matches("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", code));
    }

    [GeneratedRegex(@"\b(Task\.Delay|Thread\.Sleep)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sleep();

    // new(ErrorKind.Stale, "VERSION_MISMATCH", …   new Error("INVALID_TOKEN", …   404 => new("NOT_FOUND", …
    [GeneratedRegex(@"(ErrorKind\.\w+,\s*|\bnew Error\(\s*|\d => new\()""(?<code>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"^namespace Actors\.Hosting\b", RegexOptions.Multiline, 1000)]
    private static partial Regex Hosting();

    [GeneratedRegex(@"\bActors\.Storage\b|(?<![\w.])Storage\.[A-Z]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Storage();
}
