using System.Collections.Concurrent;
using System.Diagnostics;

namespace Actors.Chaos.Load;

/// <summary>Every command that was acknowledged, and when: the truth that the system is held to.</summary>
public sealed class Acknowledged
{
    private readonly ConcurrentDictionary<Effect, long> _at = [];
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public int Count => _at.Count;

    public IEnumerable<Effect> Effects => _at.Keys;

    /// <summary>Every topic and how many commands on it were acknowledged, which is the version that it must have.</summary>
    public IReadOnlyDictionary<string, long> Topics => _counts;

    public void Add(Effect effect)
    {
        Assert.True(_at.TryAdd(effect, Stopwatch.GetTimestamp()), $"Acknowledged twice: {effect}");
        _counts.AddOrUpdate(effect.Topic, 1, (_, count) => count + 1);
    }

    /// <summary>How long ago the command was acknowledged; zero if its writer does not know yet.</summary>
    public TimeSpan Since(Effect effect) => _at.TryGetValue(effect, out var at) ? Stopwatch.GetElapsedTime(at) : TimeSpan.Zero;
}
