using System.Collections.Immutable;
using System.Text.Json;
using static Actors.WorkOrders.WorkOrderBuilder;

namespace Actors.WorkOrders;

public sealed class WorkOrderRulesTests
{
    private static readonly WorkOrderOptions Defaults = new();

    private static readonly CreateWorkOrder Valid = new()
    {
        Title = "齿轮箱 gearbox",
        TargetQuantity = 10,
        Steps = [new() { StepCode = "cut", StepName = "切割", ExpectedQuantity = 10 }],
    };

    [Fact]
    public void A_new_order_is_a_draft_of_its_creator()
    {
        var change = WorkOrderRules.Create(null, "id", "WO-1", Valid, Defaults, Owner, Now);

        var order = change.Next!.Document;
        Assert.Equal((WorkOrderStatus.Draft, "owner", 1L, "WO-1"), (order.Status, order.OwnerId, order.Version, order.Code));
        Assert.Equal(WorkOrderEvents.Created, change.Kind);
        Assert.Equal("owner", JsonDocument.Parse(change.Data).RootElement.GetProperty("ownerId").GetString());
    }

    [Fact]
    public void Every_wrong_field_of_a_new_order_is_named()
    {
        ImmutableArray<NewStep> steps =
        [
            new() { StepCode = "", StepName = new string('x', 201), ExpectedQuantity = 0 },
            new() { StepCode = "a", StepName = "a", ExpectedQuantity = WorkOrderLimits.Quantity + 1, AssigneeId = " " },
            new() { StepCode = "a", StepName = "a\0", ExpectedQuantity = 1 },
        ];
        var command = Valid with
        {
            Title = "\ud800",
            Code = new string('c', 51),
            Priority = (WorkOrderPriority)99,
            TargetQuantity = -1,
            StartAt = Now,
            EndAt = Now.AddDays(-1),
            OverProductionPercent = -1,
        };

        Assert.Equal(
            ["title", "code", "priority", "targetQuantity", "overProductionPercent", "endAt"],
            Refused.Fields(() => WorkOrderRules.Validate(command)));
        Assert.Equal(
            ["steps[0].stepCode", "steps[0].stepName", "steps[0].expectedQuantity", "steps[1].expectedQuantity", "steps[1].assigneeId", "steps[2].stepName", "steps[2].stepCode"],
            Refused.Fields(() => WorkOrderRules.Validate(Valid with { Steps = steps })));
    }

    [Fact]
    public void Ten_thousand_steps_are_refused()
    {
        var steps = Enumerable.Range(0, 10_000).Select(i => new NewStep { StepCode = $"s{i}", StepName = "s", ExpectedQuantity = 1 });

        Assert.Equal(["steps"], Refused.Fields(() => WorkOrderRules.Validate(Valid with { Steps = [.. steps] })));
    }

    public static TheoryData<WorkOrderStatus, WorkOrderStatus> LegalMoves => new()
    {
        { WorkOrderStatus.Draft, WorkOrderStatus.Released },
        { WorkOrderStatus.Draft, WorkOrderStatus.Cancelled },
        { WorkOrderStatus.Released, WorkOrderStatus.InProgress },
        { WorkOrderStatus.Released, WorkOrderStatus.Paused },
        { WorkOrderStatus.Released, WorkOrderStatus.Cancelled },
        { WorkOrderStatus.InProgress, WorkOrderStatus.Paused },
        { WorkOrderStatus.InProgress, WorkOrderStatus.Completed },
        { WorkOrderStatus.InProgress, WorkOrderStatus.Cancelled },
        { WorkOrderStatus.Paused, WorkOrderStatus.InProgress },
        { WorkOrderStatus.Paused, WorkOrderStatus.Cancelled },
        { WorkOrderStatus.Completed, WorkOrderStatus.InProgress },
        { WorkOrderStatus.Cancelled, WorkOrderStatus.InProgress },
    };

    [Fact]
    public void Only_the_legal_moves_between_statuses_are_made()
    {
        var legal = LegalMoves.Select(row => row.Data).ToHashSet();
        foreach (var from in Enum.GetValues<WorkOrderStatus>())
        {
            foreach (var to in Enum.GetValues<WorkOrderStatus>())
            {
                var state = new WorkOrderBuilder().In(from).Build();
                var command = new ChangeStatus(to, "because");
                if (legal.Contains((from, to)))
                {
                    Assert.Equal(to, WorkOrderRules.ChangeStatus(state, command, Manager, Now).Next!.Document.Status);
                }
                else
                {
                    Assert.Equal("ILLEGAL_STATUS", Refused.With(() => WorkOrderRules.ChangeStatus(state, command, Manager, Now)));
                }
            }
        }
    }

    [Fact]
    public void Reopening_needs_a_manager_and_a_reason()
    {
        var closed = new WorkOrderBuilder().In(WorkOrderStatus.Completed).Step("cut", good: 10, status: StepStatus.Completed).Build();

        Assert.Equal("FORBIDDEN", Refused.With(() => WorkOrderRules.ChangeStatus(closed, new(WorkOrderStatus.InProgress, "r"), Owner, Now)));
        Assert.Equal(["reason"], Refused.Fields(() => WorkOrderRules.ChangeStatus(closed, new(WorkOrderStatus.InProgress), Manager, Now)));
        Assert.Equal(
            WorkOrderStatus.InProgress,
            WorkOrderRules.ChangeStatus(closed, new(WorkOrderStatus.InProgress, "rework"), Manager, Now).Next!.Document.Status);
    }

    [Fact]
    public void A_reopened_order_stays_open_while_its_fields_and_steps_are_changed()
    {
        var reopened = new WorkOrderBuilder().Step("cut", good: 10, status: StepStatus.Completed).Build();

        Assert.Equal(
            WorkOrderStatus.InProgress, WorkOrderRules.ChangeFields(reopened, new() { Title = "rework" }, Owner, Now)!.Next!.Document.Status);
        Assert.Equal(
            WorkOrderStatus.InProgress,
            WorkOrderRules.ChangeStep(reopened, new() { StepCode = "cut", StepName = "rework" }, Owner, Now)!.Next!.Document.Status);
    }

    [Fact]
    public void A_change_of_fields_that_completes_the_order_says_so()
    {
        var waiting = new WorkOrderBuilder().With(o => o with { StepGate = false })
            .Step("cut", good: 4, bad: 6, status: StepStatus.Completed).Step("weld", good: 4, status: StepStatus.InProgress).Build();

        var change = WorkOrderRules.ChangeFields(waiting, new() { StepGate = true }, Owner, Now)!;

        Assert.Equal(WorkOrderStatus.Completed, change.Next!.Document.Status);
        Assert.Equal(
            ["status", "stepGate"],
            JsonDocument.Parse(change.Data).RootElement.GetProperty("fields").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public void An_order_with_open_steps_cannot_be_completed_by_hand() =>
        Assert.Equal("STEPS_OPEN", Refused.With(() => WorkOrderRules.ChangeStatus(
            new WorkOrderBuilder().Step("cut").Build(), new(WorkOrderStatus.Completed), Owner, Now)));

    [Fact]
    public void An_order_whose_steps_were_done_while_it_was_paused_completes_when_resumed() =>
        Assert.Equal(
            WorkOrderStatus.Completed,
            WorkOrderRules.ChangeStatus(
                new WorkOrderBuilder().In(WorkOrderStatus.Paused).Step("cut", good: 10, status: StepStatus.Completed).Build(),
                new(WorkOrderStatus.InProgress),
                Owner,
                Now).Next!.Document.Status);

    [Fact]
    public void A_stale_version_is_refused_whatever_the_change()
    {
        var state = new WorkOrderBuilder().With(o => o with { Version = 7 }).Build();

        Assert.Equal("VERSION_MISMATCH", Refused.With(() => WorkOrderRules.ChangeFields(state, new() { ExpectedVersion = 6 }, Owner, Now)));
        Assert.Equal("VERSION_MISMATCH", Refused.With(() => WorkOrderRules.ChangeStatus(state, new(WorkOrderStatus.Paused, null, 8), Owner, Now)));
        Assert.Equal("VERSION_MISMATCH", Refused.With(() => WorkOrderRules.Delete(state, 6, Owner)));
        Assert.Equal("VERSION_MISMATCH", Refused.With(() => WorkOrderRules.RemoveStep(state, "cut", 6, Owner, Now)));
        Assert.Equal("VERSION_MISMATCH", Refused.With(() => WorkOrderRules.ChangeStep(state, new() { StepCode = "cut", ExpectedVersion = 6 }, Owner, Now)));
        Assert.Equal("VERSION_MISMATCH", Refused.With(() => WorkOrderRules.ReorderSteps(state, new([], 6), Owner, Now)));
        Assert.Equal("VERSION_MISMATCH", Refused.With(() =>
            WorkOrderRules.AddStep(state, new(new() { StepCode = "a", StepName = "a", ExpectedQuantity = 1 }, null, 6), Owner, Now)));
    }

    [Fact]
    public void A_patch_changes_what_is_given_clears_what_is_null_and_names_the_fields()
    {
        var state = new WorkOrderBuilder().With(o => o with { EndAt = Now.AddDays(1) }).Build();

        var change = WorkOrderRules.ChangeFields(state, new() { Title = "new", EndAt = new((DateTimeOffset?)null) }, Owner, Now)!;

        Assert.Equal(("new", null, 10L), (change.Next!.Document.Title, change.Next.Document.EndAt, change.Next.Document.TargetQuantity));
        Assert.Equal(
            ["title", "endAt"],
            JsonDocument.Parse(change.Data).RootElement.GetProperty("fields").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public void A_change_that_changes_nothing_is_none() =>
        Assert.Null(WorkOrderRules.ChangeFields(new WorkOrderBuilder().Build(), new() { Title = "Gears" }, Owner, Now));

    [Fact]
    public void A_closed_order_takes_no_changes()
    {
        var closed = new WorkOrderBuilder().In(WorkOrderStatus.Cancelled).Step("cut").Build();

        Assert.Equal("WORK_ORDER_CLOSED", Refused.With(() => WorkOrderRules.ChangeFields(closed, new() { Title = "x" }, Owner, Now)));
        Assert.Equal("WORK_ORDER_CLOSED", Refused.With(() => WorkOrderRules.RemoveStep(closed, "cut", null, Owner, Now)));
        Assert.Equal("WORK_ORDER_CLOSED", Refused.With(() => WorkOrderRules.AddStep(closed, new(new() { StepCode = "a", StepName = "a", ExpectedQuantity = 1 }), Owner, Now)));
    }

    [Fact]
    public void Only_a_draft_is_deleted()
    {
        Assert.Null(WorkOrderRules.Delete(new WorkOrderBuilder().In(WorkOrderStatus.Draft).Build(), null, Owner).Next);
        Assert.Equal("WORK_ORDER_NOT_DRAFT", Refused.With(() => WorkOrderRules.Delete(new WorkOrderBuilder().Build(), null, Owner)));
    }

    [Fact]
    public void Over_production_cannot_be_forbidden_after_the_fact() =>
        Assert.Equal("OVER_PRODUCTION", Refused.With(() => WorkOrderRules.ChangeFields(
            new WorkOrderBuilder().With(o => o with { OverProductionPercent = 50 }).Step("cut", good: 12).Step("weld").Build(),
            new() { OverProductionPercent = 10 },
            Owner,
            Now)));
}
