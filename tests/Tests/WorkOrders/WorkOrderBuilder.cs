using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>Builds states of orders for the rules' tests.</summary>
internal sealed class WorkOrderBuilder
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    public static readonly Caller Owner = new() { UserId = "owner" };
    public static readonly Caller Assignee = new() { UserId = "assignee" };
    public static readonly Caller Stranger = new() { UserId = "stranger", Role = UserRole.Manager, FactoryId = "another" };
    public static readonly Caller Manager = new() { UserId = "manager", Role = UserRole.Manager, FactoryId = "factory" };
    public static readonly Caller Admin = new() { UserId = "admin", Role = UserRole.Admin };

    private WorkOrder _order = new()
    {
        Id = "order",
        Code = "WO-1",
        Title = "Gears",
        OwnerId = "owner",
        Status = WorkOrderStatus.InProgress,
        TargetFactoryId = "factory",
        TargetQuantity = 10,
        StepGate = true,
        Version = 1,
    };

    public WorkOrderBuilder In(WorkOrderStatus status)
    {
        _order = _order with { Status = status };
        return this;
    }

    public WorkOrderBuilder With(Func<WorkOrder, WorkOrder> change)
    {
        _order = change(_order);
        return this;
    }

    public WorkOrderBuilder Step(string code, long expected = 10, long good = 0, long bad = 0, StepStatus status = StepStatus.Pending, string? assignee = null)
    {
        var step = new WorkOrderStep
        {
            Id = $"id-{code}",
            StepCode = code,
            StepName = code,
            ExpectedQuantity = expected,
            CompletedQuantity = good,
            DefectiveQuantity = bad,
            Status = status,
            AssigneeId = assignee,
        };
        _order = _order with { Steps = _order.Steps.Add(step) };
        return this;
    }

    public WorkOrderState Build() => new(_order, _order.Version, LastMessageSequence: 0);

    /// <summary>As a command would leave it: statuses follow from the totals.</summary>
    public WorkOrderState Settled() => Build() with { Document = StepFlow.Settle(_order) };
}

internal static class Refused
{
    /// <summary>The code with which an action is refused.</summary>
    public static string With(Action action) => Assert.Throws<AppException>(action).Code;

    public static ImmutableArray<string> Fields(Action action) =>
        [.. Assert.Throws<AppException>(action).Details.Select(d => d.Field)];
}
