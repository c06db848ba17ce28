using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>Asks for a new work order.</summary>
[GenerateSerializer, Immutable, Alias("create-work-order")]
public sealed record CreateWorkOrder
{
    /// <summary>1 to <see cref="WorkOrderLimits.Title"/> characters.</summary>
    [Id(0)] public required string Title { get; init; }

    /// <summary>Own order number, unique; null to have one made.</summary>
    [Id(1)] public string? Code { get; init; }

    /// <summary>How urgent it is.</summary>
    [Id(2)] public WorkOrderPriority Priority { get; init; } = WorkOrderPriority.Normal;

    /// <summary>Good pieces wanted, 1 to <see cref="WorkOrderLimits.Quantity"/>.</summary>
    [Id(3)] public long TargetQuantity { get; init; }

    /// <summary>Planned start.</summary>
    [Id(4)] public DateTimeOffset? StartAt { get; init; }

    /// <summary>Planned end, not before the start.</summary>
    [Id(5)] public DateTimeOffset? EndAt { get; init; }

    /// <summary>The factory that makes it.</summary>
    [Id(6)] public string? TargetFactoryId { get; init; }

    /// <summary>Whether procurement is to be told by the system.</summary>
    [Id(7)] public bool ProcurementAutoNotify { get; init; }

    /// <summary>Null for the cluster's default.</summary>
    [Id(8)] public int? OverProductionPercent { get; init; }

    /// <summary>Null for the cluster's default.</summary>
    [Id(9)] public bool? StepGate { get; init; }

    /// <summary>The steps in working order, at most <see cref="WorkOrderLimits.Steps"/>, codes unique.</summary>
    [Id(10)] public ImmutableArray<NewStep> Steps { get; init; } = [];
}

/// <summary>A step to be added.</summary>
[GenerateSerializer, Immutable, Alias("new-step")]
public sealed record NewStep
{
    /// <summary>Names the step within its order; letters, digits, <c>-_.</c>, at most <see cref="WorkOrderLimits.StepCode"/>.</summary>
    [Id(0)] public required string StepCode { get; init; }

    /// <summary>What is done.</summary>
    [Id(1)] public required string StepName { get; init; }

    /// <summary>Good pieces expected, 1 to <see cref="WorkOrderLimits.Quantity"/>.</summary>
    [Id(2)] public long ExpectedQuantity { get; init; }

    /// <summary>Who does it.</summary>
    [Id(3)] public string? AssigneeId { get; init; }

    /// <summary>When the assignee means to be done.</summary>
    [Id(4)] public DateTimeOffset? EstimatedCompletionAt { get; init; }
}

/// <summary>Changes the order's own fields; what is not given stays (merge patch).</summary>
[GenerateSerializer, Immutable, Alias("change-work-order")]
public sealed record ChangeWorkOrder
{
    /// <summary>The version the caller has seen (<c>If-Match</c>); null to change whatever is there.</summary>
    [Id(0)] public long? ExpectedVersion { get; init; }

    /// <summary>New title.</summary>
    [Id(1)] public Optional<string> Title { get; init; }

    /// <summary>New priority.</summary>
    [Id(2)] public Optional<WorkOrderPriority> Priority { get; init; }

    /// <summary>New target quantity.</summary>
    [Id(3)] public Optional<long> TargetQuantity { get; init; }

    /// <summary>New planned start.</summary>
    [Id(4)] public Optional<DateTimeOffset?> StartAt { get; init; }

    /// <summary>New planned end.</summary>
    [Id(5)] public Optional<DateTimeOffset?> EndAt { get; init; }

    /// <summary>New factory.</summary>
    [Id(6)] public Optional<string?> TargetFactoryId { get; init; }

    /// <summary>New notification flag.</summary>
    [Id(7)] public Optional<bool> ProcurementAutoNotify { get; init; }

    /// <summary>New over-production limit.</summary>
    [Id(8)] public Optional<int> OverProductionPercent { get; init; }

    /// <summary>Switches the step gate.</summary>
    [Id(9)] public Optional<bool> StepGate { get; init; }
}

/// <summary>Moves the order to another status.</summary>
/// <param name="Status">Where to.</param>
/// <param name="Reason">Needed to reopen; kept in the change event.</param>
/// <param name="ExpectedVersion">As in <see cref="ChangeWorkOrder.ExpectedVersion"/>.</param>
[GenerateSerializer, Immutable, Alias("change-work-order-status")]
public sealed record ChangeStatus(
    [property: Id(0)] WorkOrderStatus Status,
    [property: Id(1)] string? Reason = null,
    [property: Id(2)] long? ExpectedVersion = null);

/// <summary>Adds a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Position">Zero-based place; null for the end. With the step gate, not before a step that has reports.</param>
/// <param name="ExpectedVersion">As in <see cref="ChangeWorkOrder.ExpectedVersion"/>.</param>
[GenerateSerializer, Immutable, Alias("add-step")]
public sealed record AddStep(
    [property: Id(0)] NewStep Step,
    [property: Id(1)] int? Position = null,
    [property: Id(2)] long? ExpectedVersion = null);

/// <summary>Changes, assigns or unassigns a step; what is not given stays.</summary>
[GenerateSerializer, Immutable, Alias("change-step")]
public sealed record ChangeStep
{
    /// <summary>Which step.</summary>
    [Id(0)] public required string StepCode { get; init; }

    /// <summary>New name.</summary>
    [Id(1)] public Optional<string> StepName { get; init; }

    /// <summary>New expected quantity; not below what the over-production limit allows for the reported.</summary>
    [Id(2)] public Optional<long> ExpectedQuantity { get; init; }

    /// <summary>New assignee, null for nobody.</summary>
    [Id(3)] public Optional<string?> AssigneeId { get; init; }

    /// <summary>New estimate.</summary>
    [Id(4)] public Optional<DateTimeOffset?> EstimatedCompletionAt { get; init; }

    /// <summary>True to leave the step out, false to take it in again.</summary>
    [Id(5)] public Optional<bool> Skipped { get; init; }

    /// <summary>As in <see cref="ChangeWorkOrder.ExpectedVersion"/>.</summary>
    [Id(6)] public long? ExpectedVersion { get; init; }
}

/// <summary>Puts the steps in another order.</summary>
/// <param name="StepCodes">Every step's code, once each; the new order must keep the step gate, if it is on.</param>
/// <param name="ExpectedVersion">As in <see cref="ChangeWorkOrder.ExpectedVersion"/>.</param>
[GenerateSerializer, Immutable, Alias("reorder-steps")]
public sealed record ReorderSteps([property: Id(0)] ImmutableArray<string> StepCodes, [property: Id(1)] long? ExpectedVersion = null);
