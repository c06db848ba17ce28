using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans.Concurrency;

namespace Actors;

/// <summary>
/// A place in the change log. Within a partition, changes have one order for ever: by transaction, then by position; and none
/// is ever seen before one that comes earlier.
/// </summary>
/// <param name="Transaction">Number of the transaction that wrote the change; 0 where transactions commit in order anyway (SQLite).</param>
/// <param name="Position">Number of the change.</param>
[GenerateSerializer, Immutable, Alias("log-cursor"), StructLayout(LayoutKind.Auto)]
public readonly record struct LogCursor([property: Id(0)] ulong Transaction, [property: Id(1)] long Position) : IComparable<LogCursor>
{
    /// <inheritdoc />
    public int CompareTo(LogCursor other) =>
        Transaction != other.Transaction ? Transaction.CompareTo(other.Transaction) : Position.CompareTo(other.Position);

    /// <summary>Whether one place is before another.</summary>
    public static bool operator <(LogCursor left, LogCursor right) => left.CompareTo(right) < 0;

    /// <summary>Whether one place is after another.</summary>
    public static bool operator >(LogCursor left, LogCursor right) => left.CompareTo(right) > 0;

    /// <summary>Whether one place is not after another.</summary>
    public static bool operator <=(LogCursor left, LogCursor right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one place is not before another.</summary>
    public static bool operator >=(LogCursor left, LogCursor right) => left.CompareTo(right) >= 0;
}

/// <summary>A change and its place in the log.</summary>
/// <param name="Cursor">Its place.</param>
/// <param name="Change">The change.</param>
[GenerateSerializer, Immutable, Alias("logged-change")]
public sealed record LoggedChange([property: Id(0)] LogCursor Cursor, [property: Id(1)] ChangeEvent Change);

/// <summary>Changes of one partition after a cursor.</summary>
/// <param name="Changes">The changes, in order; may be empty.</param>
/// <param name="Next">Where to read on.</param>
/// <param name="IsLost">
/// What came after the asked cursor cannot be told: it was dropped for its age, or the log ends before the cursor (it was restored
/// to an earlier state). Begin anew from a snapshot.
/// </param>
[GenerateSerializer, Immutable, Alias("tail-page")]
public sealed record TailPage(
    [property: Id(0)] ImmutableArray<LoggedChange> Changes,
    [property: Id(1)] LogCursor Next,
    [property: Id(2)] bool IsLost = false);

/// <summary>
/// The end of one partition of the change log, in memory: many frontends follow it without asking the database.
/// Key: the partition, 0 to <see cref="ChangeLogLimits.Partitions"/> - 1. Gives all changes: the caller filters by audience.
/// </summary>
[Alias("tail-grain")]
public interface ITailGrain : IGrainWithIntegerKey
{
    /// <summary>Changes after a place; waits a while for one if there is none.</summary>
    /// <param name="after">The last place already had.</param>
    /// <param name="limit">1 to <see cref="ChangeLogLimits.MaxPage"/>.</param>
    /// <param name="wait">At most <see cref="ChangeLogLimits.LongestWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>The short response timeout is what a client notices when the silo with the tail is killed.</remarks>
    [Alias("read"), AlwaysInterleave, Anonymous, ResponseTimeout("00:00:03")]
    Task<TailPage> Read(LogCursor after, int limit, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>The place of the last change that may be read.</summary>
    [Alias("head"), AlwaysInterleave, Anonymous, ResponseTimeout("00:00:03")]
    Task<LogCursor> Head();
}

/// <summary>Limits and constants of the change log.</summary>
public static class ChangeLogLimits
{
    /// <summary>Partitions of the log. Fixed for ever: a topic's partition is stored with its changes.</summary>
    public const int Partitions = 16;

    /// <summary>Most changes of one read.</summary>
    public const int MaxPage = 1_000;

    /// <summary>Longest wait for a change in <see cref="ITailGrain.Read"/>.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1.5);

    /// <summary>The partition of a topic: FNV-1a over its characters, the same on every machine and in every release.</summary>
    public static int PartitionOf(string topic)
    {
        var hash = 2166136261;
        foreach (var character in topic)
        {
            hash = unchecked((hash ^ character) * 16777619);
        }

        return (int)(hash % Partitions);
    }
}
