using System.Collections.Immutable;
using Orleans.Concurrency;

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

/// <summary>An entity whose changes are a topic of the change log: versions 1, 2, 3 … without gaps.</summary>
[Alias("topic-grain")]
public interface ITopicGrain : IGrainWithStringKey
{
    /// <summary>
    /// The entity's changes after a version, for a caller who may see the entity; answers at once. 400 for a version that has not
    /// happened: whoever waited for it would miss all before.
    /// </summary>
    /// <param name="after">The last version already had; 0 to start; null for no changes, only the version now.</param>
    /// <param name="limit">1 to <see cref="PageLimits.MaxSize"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    [Alias("read-changes"), AlwaysInterleave]
    Task<TopicPage> ReadChanges(long? after, int limit, CancellationToken cancellationToken);
}
