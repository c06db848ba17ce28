using System.Collections.Immutable;
using Actors.WorkOrders;

namespace Actors.Inboxes;

/// <summary>A user's inbox as he sees it. Unread means the same as in <see cref="IWorkOrderQueriesGrain.Unread"/>.</summary>
[GenerateSerializer, Immutable, Alias("inbox")]
public sealed record Inbox
{
    /// <summary>Version of the topic <c>inboxes/{userId}</c> that it is at least as new as; 0 before the first change.</summary>
    [Id(0)] public long Version { get; init; }

    /// <summary>Unread messages over all orders that the user takes part in.</summary>
    [Id(1)] public long Total { get; init; }

    /// <summary>
    /// The orders that have any, last changed first; at most <see cref="WorkOrderLimits.UnreadOrders"/>, but all count in the total.
    /// </summary>
    [Id(2)] public ImmutableArray<ReadState> WorkOrders { get; init; } = [];
}
