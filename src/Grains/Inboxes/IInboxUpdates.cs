using System.Collections.Immutable;

namespace Actors.Inboxes;

/// <summary>What happened in an order's chat.</summary>
internal enum InboxChangeKind
{
    /// <summary>A user sent a message.</summary>
    Sent = 0,

    /// <summary>A user deleted a message of his.</summary>
    Deleted = 1,

    /// <summary>A user read up to a message.</summary>
    Read = 2,
}

/// <summary>A change of an order's chat.</summary>
[GenerateSerializer, Immutable, Alias("inbox-change")]
internal sealed record InboxChange
{
    /// <summary>The order.</summary>
    [Id(0)] public required string WorkOrderId { get; init; }

    /// <summary>The order's version after the change.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>What happened.</summary>
    [Id(2)] public InboxChangeKind Kind { get; init; }

    /// <summary>Who did it.</summary>
    [Id(3)] public required string UserId { get; init; }

    /// <summary>The message.</summary>
    [Id(4)] public long Sequence { get; init; }

    /// <summary>After reading: messages of others that are left unread.</summary>
    [Id(5)] public long Unread { get; init; }

    /// <summary>When, UTC.</summary>
    [Id(6)] public DateTimeOffset At { get; init; }
}

/// <summary>The side of an inbox that is turned to the consumers of changes, who call as <see cref="Caller.System"/>. Key: the user's id.</summary>
internal interface IInboxUpdates : IGrainWithStringKey
{
    /// <summary>Applies a change, once however often it comes.</summary>
    [Alias("apply")]
    Task Apply(InboxChange change);

    /// <summary>Counts anew what the orders' own rows say: the user's access to them changed. At most <see cref="RecountAtOnce"/>.</summary>
    [Alias("recount")]
    Task Recount(ImmutableArray<string> workOrderIds);

    /// <summary>Most orders of one call: its turn stays short.</summary>
    const int RecountAtOnce = 50;
}
