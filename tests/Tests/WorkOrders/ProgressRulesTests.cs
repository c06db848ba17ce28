using static Actors.WorkOrders.WorkOrderBuilder;

namespace Actors.WorkOrders;

public sealed class ProgressRulesTests
{
    [Fact]
    public void The_first_report_starts_a_released_order()
    {
        var change = Report(new WorkOrderBuilder().In(WorkOrderStatus.Released).Step("cut"), good: 4, bad: 1);

        var order = change.Next!.Document;
        Assert.Equal((WorkOrderStatus.InProgress, StepStatus.InProgress), (order.Status, order.Steps[0].Status));
        Assert.Equal((4, 1), (order.Steps[0].CompletedQuantity, order.Steps[0].DefectiveQuantity));
    }

    [Fact]
    public void A_report_appends_one_entry_with_the_new_version()
    {
        var change = Report(new WorkOrderBuilder().With(o => o with { Version = 5 }).Step("cut"), good: 4, bad: 1);

        var log = Assert.IsType<ProgressLog>(Assert.Single(change.Rows).Row);
        Assert.Equal((6L, 4L, 1L, "owner", Now), (log.Version, log.CompletedQuantity, log.DefectiveQuantity, log.ConfirmedBy, log.ConfirmedAt));
        Assert.Equal(WorkOrderEvents.ProgressReported, change.Kind);
    }

    [Fact]
    public void An_order_completes_with_its_last_step()
    {
        var change = Report(new WorkOrderBuilder().Step("cut"), good: 10, bad: 0);

        Assert.Equal(WorkOrderStatus.Completed, change.Next!.Document.Status);
        Assert.Contains("\"orderStatus\":\"completed\"", change.Data, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WorkOrderStatus.Draft)]
    [InlineData(WorkOrderStatus.Paused)]
    [InlineData(WorkOrderStatus.Completed)]
    [InlineData(WorkOrderStatus.Cancelled)]
    public void An_order_that_does_not_run_takes_no_reports(WorkOrderStatus status) =>
        Assert.Equal("WORK_ORDER_NOT_RUNNING", Refused.With(() => Report(new WorkOrderBuilder().In(status).Step("cut"), 1, 0)));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 0)]
    [InlineData(WorkOrderLimits.Quantity + 1, 0)]
    [InlineData(0, long.MaxValue)]
    public void Impossible_quantities_are_refused(long good, long bad) =>
        Assert.Equal("VALIDATION_FAILED", Refused.With(() => Report(new WorkOrderBuilder().Step("cut"), good, bad)));

    [Fact]
    public void More_than_the_over_production_limit_is_refused()
    {
        Assert.Equal("OVER_PRODUCTION", Refused.With(() => Report(new WorkOrderBuilder().Step("cut", good: 10), 1, 0)));
        var lenient = new WorkOrderBuilder().With(o => o with { OverProductionPercent = 20 }).Step("cut", good: 10).Step("weld");
        Assert.Equal(12, Report(lenient, 2, 0).Next!.Document.Steps[0].CompletedQuantity);
        Assert.Equal("OVER_PRODUCTION", Refused.With(() => Report(lenient, 3, 0)));
    }

    [Fact]
    public void A_step_cannot_get_ahead_of_the_one_before() =>
        Assert.Equal("STEP_GATE", Refused.With(() =>
            WorkOrderRules.ReportProgress(
                new WorkOrderBuilder().Step("cut", good: 3, bad: 3).Step("weld").Build(), new() { StepCode = "weld", CompletedQuantity = 4 }, Owner, Now)));

    [Fact]
    public void A_skipped_or_unknown_step_takes_no_reports()
    {
        Assert.Equal("STEP_SKIPPED", Refused.With(() => Report(new WorkOrderBuilder().Step("cut", status: StepStatus.Skipped), 1, 0)));
        Assert.Equal("STEP_NOT_FOUND", Refused.With(() => Report(new WorkOrderBuilder().Step("weld"), 1, 0)));
    }

    [Fact]
    public void A_correction_appends_the_difference()
    {
        var state = new WorkOrderBuilder().Step("cut", good: 5, bad: 1).Build();

        var change = Correct(state, Log(good: 5, bad: 1), good: 3, bad: 2)!;

        var entry = Assert.IsType<ProgressLog>(Assert.Single(change.Rows).Row);
        Assert.Equal((-2L, 1L, "log", "typo"), (entry.CompletedQuantity, entry.DefectiveQuantity, entry.CorrectsLogId, entry.Reason));
        Assert.Equal((3L, 2L), (change.Next!.Document.Steps[0].CompletedQuantity, change.Next.Document.Steps[0].DefectiveQuantity));
    }

    [Fact]
    public void A_correction_to_what_is_there_changes_nothing() =>
        Assert.Null(Correct(new WorkOrderBuilder().Step("cut", good: 5).Build(), Log(5, 0), 5, 0));

    [Fact]
    public void A_correction_keeps_the_gate_and_the_limit()
    {
        var ahead = new WorkOrderBuilder().Step("cut", good: 5).Step("weld", good: 4).Build();

        Assert.Equal("STEP_GATE", Refused.With(() => Correct(ahead, Log(5, 0), 3, 0)));
        Assert.Equal("OVER_PRODUCTION", Refused.With(() => Correct(ahead, Log(5, 0), 11, 0)));
    }

    [Fact]
    public void A_closed_order_is_reopened_before_it_is_corrected() =>
        Assert.Equal("WORK_ORDER_CLOSED", Refused.With(() =>
            Correct(new WorkOrderBuilder().In(WorkOrderStatus.Completed).Step("cut", good: 10).Build(), Log(10, 0), 9, 0)));

    [Fact]
    public void Only_the_reporter_and_who_runs_the_order_correct_a_report()
    {
        var state = new WorkOrderBuilder().Step("cut", good: 5, assignee: "assignee").Build();

        Assert.Equal("FORBIDDEN", Refused.With(() => Correct(state, Log(5, 0), 4, 0, Assignee)));
        Assert.NotNull(Correct(state, Log(5, 0) with { ConfirmedBy = "assignee" }, 4, 0, Assignee));
        Assert.Equal("PROGRESS_LOG_NOT_FOUND", Refused.With(() => Correct(state, null, 4, 0)));
    }

    private static Change<WorkOrderState> Report(WorkOrderBuilder order, long good, long bad) => WorkOrderRules.ReportProgress(
        order.Build(), new() { StepCode = "cut", CompletedQuantity = good, DefectiveQuantity = bad }, Owner, Now);

    private static Change<WorkOrderState>? Correct(WorkOrderState state, ProgressLog? log, long good, long bad, Caller? caller = null) =>
        WorkOrderRules.CorrectProgress(
            state, log, new() { LogId = "log", CompletedQuantity = good, DefectiveQuantity = bad, Reason = "typo" }, caller ?? Owner, Now);

    private static ProgressLog Log(long good, long bad) => new()
    {
        Id = "log",
        WorkOrderId = "order",
        StepCode = "cut",
        CompletedQuantity = good,
        DefectiveQuantity = bad,
        ConfirmedBy = "owner",
    };
}
