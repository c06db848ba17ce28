using System.Xml.Linq;
using Actors.Infrastructure;

namespace Actors.Docs;

public sealed class DependenciesTests
{
    /// <summary>A package that nobody can give a reason for should not be here.</summary>
    [Fact]
    public void Every_package_is_explained()
    {
        var packages = XDocument.Parse(Repository.Read("Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Select(p => (string)p.Attribute("Include")!)
            .Order(StringComparer.Ordinal);

        var explained = Repository.Read("docs/dependencies.md").Split('\n')
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('`')[1])
            .Order(StringComparer.Ordinal);

        Assert.Equal(packages, explained);
    }
}
