using System.Collections.Immutable;

namespace Actors;

/// <summary>Changes of one topic after a version.</summary>
/// <param name="Changes">The changes, oldest first and without gaps; may be empty.</param>
/// <param name="Version">The topic's version now: that of its last change.</param>
/// <param name="IsTooOld">Changes after the asked version were dropped from the log already: begin anew from a snapshot.</param>
[GenerateSerializer, Immutable, Alias("topic-page")]
public sealed record TopicPage(
    [property: Id(0)] ImmutableArray<ChangeEvent> Changes,
    [property: Id(1)] long Version,
    [property: Id(2)] bool IsTooOld = false);
