using System.Collections.Immutable;

namespace Actors.ChangeLog;

/// <summary>What was dropped from the log.</summary>
/// <param name="Changes">How many changes; where a day goes as a whole, as many as the database's statistics say.</param>
/// <param name="HeldBack">Partitions with changes that are over their time and that somebody has not passed.</param>
internal readonly record struct DroppedChanges(long Changes, ImmutableArray<int> HeldBack)
{
    public static readonly DroppedChanges None = new(0, []);
}

/// <summary>The end of the log where changes go. A horizon is written in the transaction in which they do.</summary>
internal interface IOldChanges
{
    /// <summary>
    /// Drops what is older than <see cref="Storage.StorageOptions.LogRetention"/> and makes room for the days to come. Writers and
    /// readers never wait long for it; of several silos one does it.
    /// </summary>
    /// <param name="passed">Per partition: what may go at most.</param>
    /// <param name="cancellationToken">Stops between two steps; what was dropped stays dropped.</param>
    Task<DroppedChanges> DropAsync(ImmutableArray<LogCursor> passed, CancellationToken cancellationToken);
}
