using System.Collections.Immutable;

namespace Actors.ChangeLog;

/// <summary>
/// The names of all who keep a checkpoint in the change log. What one of them has not passed yet must not be dropped from the log;
/// who never said how far he is has passed nothing.
/// </summary>
public static class ChangeConsumers
{
    /// <summary>The stream provider, on behalf of every grain that follows changes.</summary>
    public const string Streams = "streams";

    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<string> All = [Streams];
}
