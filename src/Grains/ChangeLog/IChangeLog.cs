using System.Collections.Immutable;

namespace Actors.ChangeLog;

/// <summary>Changes read from one partition.</summary>
/// <param name="Changes">The changes, in order.</param>
/// <param name="IsPending">Later changes are committed, but behind a transaction that still runs: ask again very soon.</param>
/// <param name="IsTooOld">Changes after the asked place were dropped for their age: what is here may begin after a gap.</param>
public readonly record struct LogPage(ImmutableArray<LoggedChange> Changes, bool IsPending, bool IsTooOld = false);

/// <summary>The change log, as its consumers read it: partition by partition, each from a cursor of his own.</summary>
public interface IChangeLog
{
    /// <summary>
    /// Changes after a place that no later commit can get in front of. Needs no lock and misses nothing: a change is given only
    /// when every transaction that began before its own has ended. Also while changes are being dropped, a page either says that it
    /// is too old or holds everything.
    /// </summary>
    Task<LogPage> ReadAsync(int partition, LogCursor after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The place of the last change that may be read, and never before the horizon, where the log goes on when all of it was dropped;
    /// the default before the first.
    /// </summary>
    Task<LogCursor> HeadAsync(int partition, CancellationToken cancellationToken);

    /// <summary>The place up to which changes were dropped for their age; the default if none was.</summary>
    Task<LogCursor> HorizonAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Registers interest in a partition. A signal is a hint that something may have come: read to know.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="onlyWanted">Whether to be woken only by changes that <see cref="ChangeInterests"/> include.</param>
    LogWaiter Watch(int partition, bool onlyWanted = false);

    /// <summary>How far a consumer has come; the default if it never said.</summary>
    Task<LogCursor> LoadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken);

    /// <summary>Says how far a consumer has come. Never moves back, whoever says so.</summary>
    Task SaveCheckpointAsync(string consumer, int partition, LogCursor cursor, CancellationToken cancellationToken);

    /// <summary>Leaves a change aside that a consumer cannot handle. False if it was left aside by him before.</summary>
    Task<bool> ParkAsync(string consumer, ChangeEvent change, string reason, DateTimeOffset at, CancellationToken cancellationToken);
}
