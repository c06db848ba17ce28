using System.Collections.Immutable;

namespace Actors;

/// <summary>One committed change, as written to the change log in the same transaction.</summary>
[GenerateSerializer, Immutable, Alias("change-event")]
public sealed record ChangeEvent
{
    /// <summary>What changed, e.g. <c>work-orders/{id}</c>.</summary>
    [Id(0)] public required string Topic { get; init; }

    /// <summary>Version of the entity after the change: within a topic 1, 2, 3 … without gaps.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>What happened, e.g. <c>progress.reported</c>.</summary>
    [Id(2)] public required string Kind { get; init; }

    /// <summary>Small facts about it, a JSON object.</summary>
    [Id(3)] public required string Data { get; init; }

    /// <summary>The user who did it.</summary>
    [Id(4)] public required string Actor { get; init; }

    /// <summary>When, UTC.</summary>
    [Id(5)] public DateTimeOffset At { get; init; }

    /// <summary>Who may learn of it, besides administrators: names made by <see cref="Actors.Audience"/>. Not for clients.</summary>
    [Id(6)] public ImmutableArray<string> Audience { get; init; } = [];
}
