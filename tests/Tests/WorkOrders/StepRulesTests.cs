using System.Collections.Immutable;
using System.Text.Json;
using static Actors.WorkOrders.WorkOrderBuilder;

namespace Actors.WorkOrders;

public sealed class StepRulesTests
{
    private static readonly NewStep Wash = new() { StepCode = "wash", StepName = "清洗", ExpectedQuantity = 10 };

    [Fact]
    public void A_step_is_added_where_it_is_asked_for()
    {
        var state = new WorkOrderBuilder().Step("cut").Step("weld").Build();

        Assert.Equal(["cut", "wash", "weld"], Codes(WorkOrderRules.AddStep(state, new(Wash, 1), Owner, Now)));
        Assert.Equal(["cut", "weld", "wash"], Codes(WorkOrderRules.AddStep(state, new(Wash), Owner, Now)));
        Assert.Equal(["position"], Refused.Fields(() => WorkOrderRules.AddStep(state, new(Wash, 3), Owner, Now)));
        Assert.Equal(["position"], Refused.Fields(() => WorkOrderRules.AddStep(state, new(Wash, -1), Owner, Now)));
    }

    [Fact]
    public void A_step_code_is_unique_within_its_order() =>
        Assert.Equal("STEP_CODE_TAKEN", Refused.With(() =>
            WorkOrderRules.AddStep(new WorkOrderBuilder().Step("wash").Build(), new(Wash), Owner, Now)));

    [Fact]
    public void A_step_before_one_with_reports_would_break_the_gate() =>
        Assert.Equal("STEP_GATE", Refused.With(() =>
            WorkOrderRules.AddStep(new WorkOrderBuilder().Step("cut", good: 1).Build(), new(Wash, 0), Owner, Now)));

    [Fact]
    public void A_change_of_steps_names_the_users_who_come_and_go()
    {
        var state = new WorkOrderBuilder().Step("cut", assignee: "a").Step("weld", assignee: "a").Step("wash", assignee: "b").Build();

        Assert.Equal(["b", "c"], Reassigned(new() { StepCode = "wash", AssigneeId = "c" }).Order(StringComparer.Ordinal));
        Assert.Equal(["c"], Reassigned(new() { StepCode = "cut", AssigneeId = "c" })); // a is still at the other step
        Assert.Empty(Reassigned(new() { StepCode = "cut", StepName = "saw" }));

        ImmutableArray<string> Reassigned(ChangeStep command) => JsonSerializer.Deserialize(
            WorkOrderRules.ChangeStep(state, command, Owner, Now)!.Data, WorkOrderEventsJson.Default.StepsChanged)!.Reassigned;
    }

    [Fact]
    public void A_step_is_assigned_and_unassigned()
    {
        var state = new WorkOrderBuilder().Step("cut").Build();

        var assigned = WorkOrderRules.ChangeStep(state, new() { StepCode = "cut", AssigneeId = "u" }, Owner, Now)!.Next!;
        var unassigned = WorkOrderRules.ChangeStep(assigned, new() { StepCode = "cut", AssigneeId = new((string?)null) }, Owner, Now)!.Next!;

        Assert.Equal(("u", null), (assigned.Document.Steps[0].AssigneeId, unassigned.Document.Steps[0].AssigneeId));
    }

    [Fact]
    public void Skipping_the_last_open_step_completes_the_order()
    {
        var state = new WorkOrderBuilder().Step("cut", good: 10, status: StepStatus.Completed).Step("weld").Build();

        var change = WorkOrderRules.ChangeStep(state, new() { StepCode = "weld", Skipped = true }, Owner, Now)!;

        Assert.Equal((StepStatus.Skipped, WorkOrderStatus.Completed), (change.Next!.Document.Steps[1].Status, change.Next.Document.Status));
    }

    [Fact]
    public void A_skipped_step_can_be_taken_in_again()
    {
        var state = new WorkOrderBuilder().Step("cut", status: StepStatus.Skipped).Step("weld").Build();

        var change = WorkOrderRules.ChangeStep(state, new() { StepCode = "cut", Skipped = false }, Owner, Now)!;

        Assert.Equal(StepStatus.Pending, change.Next!.Document.Steps[0].Status);
    }

    [Fact]
    public void A_step_with_reports_is_neither_skipped_nor_removed()
    {
        var state = new WorkOrderBuilder().Step("cut", bad: 1).Build();

        Assert.Equal("STEP_HAS_PROGRESS", Refused.With(() => WorkOrderRules.ChangeStep(state, new() { StepCode = "cut", Skipped = true }, Owner, Now)));
        Assert.Equal("STEP_HAS_PROGRESS", Refused.With(() => WorkOrderRules.RemoveStep(state, "cut", null, Owner, Now)));
    }

    [Fact]
    public void Less_cannot_be_expected_than_was_made() =>
        Assert.Equal("OVER_PRODUCTION", Refused.With(() => WorkOrderRules.ChangeStep(
            new WorkOrderBuilder().Step("cut", good: 5).Build(), new() { StepCode = "cut", ExpectedQuantity = 4 }, Owner, Now)));

    [Fact]
    public void Steps_are_put_in_another_order()
    {
        var state = new WorkOrderBuilder().Step("a").Step("b").Step("c").Build();

        Assert.Equal(["c", "a", "b"], Codes(WorkOrderRules.ReorderSteps(state, new(["c", "a", "b"]), Owner, Now)!));
        Assert.Null(WorkOrderRules.ReorderSteps(state, new(["a", "b", "c"]), Owner, Now));
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "b", "b")]
    [InlineData("a", "b", "x")]
    [InlineData("a", "b", "c", "c")]
    public void A_new_order_of_steps_names_each_once(params string[] codes) =>
        Assert.Equal(["stepCodes"], Refused.Fields(() => WorkOrderRules.ReorderSteps(
            new WorkOrderBuilder().Step("a").Step("b").Step("c").Build(), new([.. codes]), Owner, Now)));

    [Fact]
    public void A_new_order_of_steps_keeps_the_gate() =>
        Assert.Equal("STEP_GATE", Refused.With(() => WorkOrderRules.ReorderSteps(
            new WorkOrderBuilder().Step("a", good: 5).Step("b").Build(), new(["b", "a"]), Owner, Now)));

    [Fact]
    public void Only_rows_that_differ_are_written()
    {
        var before = new WorkOrderBuilder().Step("a").Step("b").Step("c").Build().Document;
        var after = before with { Steps = [before.Steps[0], before.Steps[2] with { StepName = "new" }, before.Steps[1] with { Id = "other" }] };

        var changes = StepRow.Changes(before, after);

        Assert.Equal(["Update id-c", "Insert other", "Delete id-b"], changes.Select(c => $"{c.Operation} {((StepRow)c.Row).Step.Id}"));
    }

    private static IEnumerable<string> Codes(Change<WorkOrderState> change) => change.Next!.Document.Steps.Select(s => s.StepCode);
}
