using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>What a list of work orders is sorted by.</summary>
public enum WorkOrderSort
{
    /// <summary>Time of creation.</summary>
    CreatedAt = 0,

    /// <summary>Time of the last change.</summary>
    UpdatedAt = 1,

    /// <summary>Planned end; orders without one come last when ascending.</summary>
    EndAt = 2,

    /// <summary>Urgency.</summary>
    Priority = 3,

    /// <summary>Order number, by code point.</summary>
    Code = 4,
}

/// <summary>Which work orders to list; all given conditions hold together.</summary>
[GenerateSerializer, Immutable, Alias("list-work-orders")]
public sealed record ListWorkOrders
{
    /// <summary>Any of these; empty for all.</summary>
    [Id(0)] public ImmutableArray<WorkOrderStatus> Statuses { get; init; } = [];

    /// <summary>Any of these; empty for all.</summary>
    [Id(1)] public ImmutableArray<WorkOrderPriority> Priorities { get; init; } = [];

    /// <summary>Created by this user.</summary>
    [Id(2)] public string? OwnerId { get; init; }

    /// <summary>Made in this factory.</summary>
    [Id(3)] public string? FactoryId { get; init; }

    /// <summary>A step is assigned to this user.</summary>
    [Id(4)] public string? AssigneeId { get; init; }

    /// <summary>Created at or after.</summary>
    [Id(5)] public DateTimeOffset? From { get; init; }

    /// <summary>Created before.</summary>
    [Id(6)] public DateTimeOffset? To { get; init; }

    /// <summary>Part of the title or the order number, any script, whatever the case.</summary>
    [Id(7)] public string? Search { get; init; }

    /// <summary>Sorted by.</summary>
    [Id(8)] public WorkOrderSort Sort { get; init; }

    /// <summary>Biggest first; the default.</summary>
    [Id(9)] public bool Descending { get; init; } = true;

    /// <summary>Rows of a page, 1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(10)] public int Limit { get; init; } = PageLimits.DefaultSize;

    /// <summary>One-based page; ignored with a cursor.</summary>
    [Id(11)] public int Page { get; init; } = 1;

    /// <summary>From an earlier page of the same list; null to start.</summary>
    [Id(12)] public string? Cursor { get; init; }
}

/// <summary>Lists over many work orders, from SQL; shows only what the caller may see.</summary>
[Alias("work-order-queries")]
public interface IWorkOrderQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>A page of the orders that the caller may see.</summary>
    [Alias("list")]
    Task<Page<WorkOrderSummary>> List(ListWorkOrders query, CancellationToken cancellationToken);

    /// <summary>The caller's unread messages, over the orders that he owns, works on or has read before.</summary>
    [Alias("unread")]
    Task<Unread> Unread(CancellationToken cancellationToken);
}
