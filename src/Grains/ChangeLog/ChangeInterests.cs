using System.Collections.Frozen;

namespace Actors.ChangeLog;

/// <summary>Kinds of changes that a feature's consumer grains handle; the rest of the log does not become messages at all.</summary>
/// <param name="Namespace">First segment of the topics, e.g. <c>work-orders</c>: the namespace of the consumers' streams.</param>
/// <param name="Kinds">E.g. <c>message.sent</c>.</param>
public sealed record ChangeInterest(string Namespace, params string[] Kinds);

/// <summary>What all consumer grains together want.</summary>
public sealed class ChangeInterests(IEnumerable<ChangeInterest> interests)
{
    // A kind, and the beginnings of the topics in which it is wanted.
    private readonly FrozenDictionary<string, string[]> _wanted = interests
        .SelectMany(interest => interest.Kinds.Select(kind => (Kind: kind, Beginning: $"{interest.Namespace}/")))
        .GroupBy(wanted => wanted.Kind, wanted => wanted.Beginning, StringComparer.Ordinal)
        .ToFrozenDictionary(kind => kind.Key, kind => kind.Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);

    /// <summary>Whether any consumer handles this change.</summary>
    public bool Include(ChangeEvent change) =>
        _wanted.TryGetValue(change.Kind, out var beginnings)
        && Array.Exists(beginnings, beginning => change.Topic.StartsWith(beginning, StringComparison.Ordinal));
}
