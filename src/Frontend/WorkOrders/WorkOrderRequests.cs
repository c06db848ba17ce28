using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.WorkOrders;

/// <summary>Asks for a new work order.</summary>
internal sealed record CreateWorkOrderRequest
{
    /// <summary>What is to be made.</summary>
    [Required]
    public string? Title { get; init; }

    /// <summary>Own order number, unique; absent to have one made.</summary>
    public string? Code { get; init; }

    /// <summary>How urgent it is; normal if absent.</summary>
    public WorkOrderPriority? Priority { get; init; }

    /// <summary>Good pieces wanted.</summary>
    [Required]
    public long? TargetQuantity { get; init; }

    /// <summary>Planned start.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Planned end.</summary>
    public DateTimeOffset? EndAt { get; init; }

    /// <summary>The factory that makes it.</summary>
    public string? TargetFactoryId { get; init; }

    /// <summary>Whether procurement is to be told by the system.</summary>
    public bool? ProcurementAutoNotify { get; init; }

    /// <summary>How many good pieces beyond the expected a step may report, in percent.</summary>
    public int? OverProductionPercent { get; init; }

    /// <summary>Whether a step may report at most what the step before passed on.</summary>
    public bool? StepGate { get; init; }

    /// <summary>The steps, in working order.</summary>
    public ImmutableArray<NewStepRequest?>? Steps { get; init; }

    public CreateWorkOrder ToCommand() => new()
    {
        Title = Required(Title, "title"),
        Code = Code,
        Priority = Priority ?? WorkOrderPriority.Normal,
        TargetQuantity = Required(TargetQuantity, "targetQuantity"),
        StartAt = StartAt,
        EndAt = EndAt,
        TargetFactoryId = TargetFactoryId,
        ProcurementAutoNotify = ProcurementAutoNotify ?? false,
        OverProductionPercent = OverProductionPercent,
        StepGate = StepGate,
        Steps = [.. (Steps ?? []).Select((step, i) => RequiredObject(step, $"steps[{i}]").ToStep($"steps[{i}]."))],
    };
}

/// <summary>A step to be added.</summary>
internal sealed record NewStepRequest
{
    /// <summary>Names the step within its order.</summary>
    [Required]
    public string? StepCode { get; init; }

    /// <summary>What is done.</summary>
    [Required]
    public string? StepName { get; init; }

    /// <summary>Good pieces expected.</summary>
    [Required]
    public long? ExpectedQuantity { get; init; }

    /// <summary>Who does it.</summary>
    public string? AssigneeId { get; init; }

    /// <summary>When the assignee means to be done.</summary>
    public DateTimeOffset? EstimatedCompletionAt { get; init; }

    public NewStep ToStep(string path) => new()
    {
        StepCode = Required(StepCode, path + "stepCode"),
        StepName = Required(StepName, path + "stepName"),
        ExpectedQuantity = Required(ExpectedQuantity, path + "expectedQuantity"),
        AssigneeId = AssigneeId,
        EstimatedCompletionAt = EstimatedCompletionAt,
    };
}

/// <summary>Replaces the order's own fields; an absent optional one is cleared.</summary>
internal sealed record ReplaceWorkOrderRequest
{
    /// <summary>What is to be made.</summary>
    [Required]
    public string? Title { get; init; }

    /// <summary>How urgent it is.</summary>
    [Required]
    public WorkOrderPriority? Priority { get; init; }

    /// <summary>Good pieces wanted.</summary>
    [Required]
    public long? TargetQuantity { get; init; }

    /// <summary>Planned start.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Planned end.</summary>
    public DateTimeOffset? EndAt { get; init; }

    /// <summary>The factory that makes it.</summary>
    public string? TargetFactoryId { get; init; }

    /// <summary>Whether procurement is to be told by the system.</summary>
    public bool? ProcurementAutoNotify { get; init; }

    /// <summary>Percent of over-production; stays as it is if absent.</summary>
    public int? OverProductionPercent { get; init; }

    /// <summary>The step gate; stays as it is if absent.</summary>
    public bool? StepGate { get; init; }

    public ChangeWorkOrder ToCommand(long? expectedVersion) => new()
    {
        ExpectedVersion = expectedVersion,
        Title = Required(Title, "title"),
        Priority = Required(Priority, "priority"),
        TargetQuantity = Required(TargetQuantity, "targetQuantity"),
        StartAt = new(StartAt),
        EndAt = new(EndAt),
        TargetFactoryId = new(TargetFactoryId),
        ProcurementAutoNotify = ProcurementAutoNotify ?? false,

        // These two have no empty value, and what a new order gets is the cluster's business, not known here.
        OverProductionPercent = OverProductionPercent is { } percent ? percent : default(Optional<int>),
        StepGate = StepGate is { } gate ? gate : default(Optional<bool>),
    };
}

/// <summary>Changes the order's own fields: absent stays, null clears.</summary>
internal sealed record ChangeWorkOrderRequest
{
    /// <summary>What is to be made.</summary>
    public Optional<string?> Title { get; init; }

    /// <summary>How urgent it is.</summary>
    public Optional<WorkOrderPriority?> Priority { get; init; }

    /// <summary>Good pieces wanted.</summary>
    public Optional<long?> TargetQuantity { get; init; }

    /// <summary>Planned start.</summary>
    public Optional<DateTimeOffset?> StartAt { get; init; }

    /// <summary>Planned end.</summary>
    public Optional<DateTimeOffset?> EndAt { get; init; }

    /// <summary>The factory that makes it.</summary>
    public Optional<string?> TargetFactoryId { get; init; }

    /// <summary>Whether procurement is to be told by the system.</summary>
    public Optional<bool?> ProcurementAutoNotify { get; init; }

    /// <summary>How many good pieces beyond the expected a step may report, in percent.</summary>
    public Optional<int?> OverProductionPercent { get; init; }

    /// <summary>Whether a step may report at most what the step before passed on.</summary>
    public Optional<bool?> StepGate { get; init; }

    public ChangeWorkOrder ToCommand(long? expectedVersion) => new()
    {
        ExpectedVersion = expectedVersion,
        Title = NotCleared(Title, "title"),
        Priority = NotCleared(Priority, "priority"),
        TargetQuantity = NotCleared(TargetQuantity, "targetQuantity"),
        StartAt = StartAt,
        EndAt = EndAt,
        TargetFactoryId = TargetFactoryId,
        ProcurementAutoNotify = NotCleared(ProcurementAutoNotify, "procurementAutoNotify"),
        OverProductionPercent = NotCleared(OverProductionPercent, "overProductionPercent"),
        StepGate = NotCleared(StepGate, "stepGate"),
    };
}

/// <summary>Moves the order to another status.</summary>
internal sealed record ChangeStatusRequest
{
    /// <summary>Where to.</summary>
    [Required]
    public WorkOrderStatus? Status { get; init; }

    /// <summary>Why; needed to reopen.</summary>
    public string? Reason { get; init; }

    public ChangeStatus ToCommand(long? expectedVersion) => new(Required(Status, "status"), Reason, expectedVersion);
}
