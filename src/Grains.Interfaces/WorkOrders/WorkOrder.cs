using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>Where a work order stands. Legal moves: <c>docs/work-orders.md</c>.</summary>
public enum WorkOrderStatus
{
    /// <summary>Being written; nothing may be reported, and it may be deleted.</summary>
    Draft = 0,

    /// <summary>Given to the shop floor; the first report starts it.</summary>
    Released = 1,

    /// <summary>At least one report, or started by hand.</summary>
    InProgress = 2,

    /// <summary>Stopped, to be resumed; takes no reports.</summary>
    Paused = 3,

    /// <summary>Every step is done or skipped.</summary>
    Completed = 4,

    /// <summary>Given up.</summary>
    Cancelled = 5,
}

/// <summary>How urgent a work order is.</summary>
public enum WorkOrderPriority
{
    /// <summary>When there is time.</summary>
    Low = 0,

    /// <summary>The default.</summary>
    Normal = 1,

    /// <summary>Before normal ones.</summary>
    High = 2,

    /// <summary>Now.</summary>
    Urgent = 3,
}

/// <summary>Where a step stands: a function of its totals, except for <c>skipped</c>.</summary>
public enum StepStatus
{
    /// <summary>Nothing reported.</summary>
    Pending = 0,

    /// <summary>Something reported, not yet enough.</summary>
    InProgress = 1,

    /// <summary>Good and defective pieces together reach what the step could get.</summary>
    Completed = 2,

    /// <summary>Left out; passes on what it got.</summary>
    Skipped = 3,
}

/// <summary>A work order as its readers see it (002-010).</summary>
[GenerateSerializer, Immutable, Alias("work-order")]
public sealed record WorkOrder
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Human order number, unique, e.g. <c>WO-2026-000123</c> (002-012).</summary>
    [Id(1)] public required string Code { get; init; }

    /// <summary>What is to be made.</summary>
    [Id(2)] public required string Title { get; init; }

    /// <summary>Where the order stands.</summary>
    [Id(3)] public WorkOrderStatus Status { get; init; }

    /// <summary>How urgent it is.</summary>
    [Id(4)] public WorkOrderPriority Priority { get; init; }

    /// <summary>Version of this document, also its ETag. Grows with every change of it, by one or more (chat counts on the same row).</summary>
    [Id(5)] public long Version { get; init; }

    /// <summary>The user who created it.</summary>
    [Id(6)] public required string OwnerId { get; init; }

    /// <summary>Good pieces wanted.</summary>
    [Id(7)] public long TargetQuantity { get; init; }

    /// <summary>Planned start, UTC.</summary>
    [Id(8)] public DateTimeOffset? StartAt { get; init; }

    /// <summary>Planned end, UTC; not before the start.</summary>
    [Id(9)] public DateTimeOffset? EndAt { get; init; }

    /// <summary>The factory that makes it; its managers see the order.</summary>
    [Id(10)] public string? TargetFactoryId { get; init; }

    /// <summary>Whether procurement is to be told by the system.</summary>
    [Id(11)] public bool ProcurementAutoNotify { get; init; }

    /// <summary>How many good pieces beyond the expected a step may report, in percent.</summary>
    [Id(12)] public int OverProductionPercent { get; init; }

    /// <summary>Whether a step may report at most what the step before passed on.</summary>
    [Id(13)] public bool StepGate { get; init; }

    /// <summary>When it was created, UTC.</summary>
    [Id(14)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this document last changed, UTC.</summary>
    [Id(15)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The steps, in working order.</summary>
    [Id(16)] public ImmutableArray<WorkOrderStep> Steps { get; init; } = [];
}

/// <summary>One step of a work order (002-022). Its totals are the sum of its progress log, always.</summary>
[GenerateSerializer, Immutable, Alias("work-order-step")]
public sealed record WorkOrderStep
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Names the step within its order.</summary>
    [Id(1)] public required string StepCode { get; init; }

    /// <summary>What is done.</summary>
    [Id(2)] public required string StepName { get; init; }

    /// <summary>Who does it; null for nobody yet.</summary>
    [Id(3)] public string? AssigneeId { get; init; }

    /// <summary>Good pieces expected.</summary>
    [Id(4)] public long ExpectedQuantity { get; init; }

    /// <summary>Good pieces reported, net of corrections.</summary>
    [Id(5)] public long CompletedQuantity { get; init; }

    /// <summary>Defective pieces reported, net of corrections.</summary>
    [Id(6)] public long DefectiveQuantity { get; init; }

    /// <summary>When the assignee means to be done, UTC.</summary>
    [Id(7)] public DateTimeOffset? EstimatedCompletionAt { get; init; }

    /// <summary>Where the step stands.</summary>
    [Id(8)] public StepStatus Status { get; init; }
}

/// <summary>A work order in a list: without its steps.</summary>
[GenerateSerializer, Immutable, Alias("work-order-summary")]
public sealed record WorkOrderSummary
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Human order number.</summary>
    [Id(1)] public required string Code { get; init; }

    /// <summary>What is to be made.</summary>
    [Id(2)] public required string Title { get; init; }

    /// <summary>Where the order stands.</summary>
    [Id(3)] public WorkOrderStatus Status { get; init; }

    /// <summary>How urgent it is.</summary>
    [Id(4)] public WorkOrderPriority Priority { get; init; }

    /// <summary>Version of the document.</summary>
    [Id(5)] public long Version { get; init; }

    /// <summary>The user who created it.</summary>
    [Id(6)] public required string OwnerId { get; init; }

    /// <summary>Good pieces wanted.</summary>
    [Id(7)] public long TargetQuantity { get; init; }

    /// <summary>Planned start, UTC.</summary>
    [Id(8)] public DateTimeOffset? StartAt { get; init; }

    /// <summary>Planned end, UTC.</summary>
    [Id(9)] public DateTimeOffset? EndAt { get; init; }

    /// <summary>The factory that makes it.</summary>
    [Id(10)] public string? TargetFactoryId { get; init; }

    /// <summary>When it was created, UTC.</summary>
    [Id(11)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the document last changed, UTC.</summary>
    [Id(12)] public DateTimeOffset UpdatedAt { get; init; }
}
