using Actors.Infrastructure;

namespace Actors.Docs;

/// <summary>What docs/operations.md tells an operator to run, for the tests that run it.</summary>
public static class OperationsDocs
{
    /// <summary>Makes the role <c>actors_frontend</c>, which may read the cluster's members.</summary>
    public static string Grants { get; } = Block("sql");

    private static string Block(string language)
    {
        var text = Repository.Read("docs/operations.md").Split($"```{language}\n")[1];
        return text[..text.IndexOf("```", StringComparison.Ordinal)];
    }
}
