using CsCheck;
using static Actors.WorkOrders.WorkOrderBuilder;

namespace Actors.WorkOrders;

public sealed class StepFlowTests
{
    [Fact]
    public void Defective_pieces_count_as_done()
    {
        var order = new WorkOrderBuilder().Step("cut", good: 8, bad: 2).Step("weld").Settled().Document;

        Assert.Equal(StepStatus.Completed, order.Steps[0].Status);
        Assert.Equal(WorkOrderStatus.InProgress, order.Status);
    }

    [Fact]
    public void What_an_earlier_step_lost_is_not_asked_of_the_next()
    {
        var order = new WorkOrderBuilder().Step("cut", good: 8, bad: 2).Step("weld", good: 8).Settled().Document;

        Assert.Equal(StepStatus.Completed, order.Steps[1].Status);
        Assert.Equal(WorkOrderStatus.Completed, order.Status);
    }

    [Fact]
    public void A_step_whose_source_is_not_done_waits_for_the_rest()
    {
        var order = new WorkOrderBuilder().Step("cut", good: 5).Step("weld", good: 5).Settled().Document;

        Assert.Equal(StepStatus.InProgress, order.Steps[1].Status);
    }

    [Fact]
    public void A_skipped_step_passes_on_what_it_got()
    {
        var order = new WorkOrderBuilder().Step("cut", good: 10).Step("wash", status: StepStatus.Skipped).Step("weld", good: 10).Settled().Document;

        Assert.Equal(WorkOrderStatus.Completed, order.Status);
        Assert.Equal("STEP_GATE", Refused.With(() =>
            new WorkOrderBuilder().Step("cut", good: 4).Step("wash", status: StepStatus.Skipped).Step("weld", good: 5).Settled()));
    }

    [Fact]
    public void Without_the_gate_steps_are_independent()
    {
        var order = new WorkOrderBuilder().With(o => o with { StepGate = false }).Step("cut").Step("weld", good: 10).Settled().Document;

        Assert.Equal([StepStatus.Pending, StepStatus.Completed], order.Steps.Select(s => s.Status));
    }

    [Theory]
    [InlineData(10, 0, 10)]
    [InlineData(10, 10, 11)]
    [InlineData(9, 10, 9)]
    [InlineData(WorkOrderLimits.Quantity, WorkOrderLimits.OverProductionPercent, 11 * WorkOrderLimits.Quantity)]
    public void Over_production_is_a_share_of_the_expected(long expected, int percent, long most)
    {
        var step = new WorkOrderBuilder().Step("cut", expected).Build().Document.Steps[0];

        Assert.Equal(most, StepFlow.MostGood(step, percent));
    }

    [Fact]
    public void An_order_without_steps_is_never_done_by_itself() =>
        Assert.Equal(WorkOrderStatus.InProgress, new WorkOrderBuilder().Settled().Document.Status);

    [Fact]
    public void Only_an_order_in_progress_completes_by_itself() =>
        Assert.Equal(
            WorkOrderStatus.Paused,
            new WorkOrderBuilder().In(WorkOrderStatus.Paused).Step("cut", good: 10).Settled().Document.Status);

    [Fact]
    public void However_pieces_are_reported_no_step_gets_ahead_and_settling_twice_changes_nothing()
    {
        var reports = Gen.Select(Gen.Int[0, 2], Gen.Long[0, 6], Gen.Long[0, 3]).Array[1, 40];
        reports.Sample(commands =>
        {
            var state = new WorkOrderBuilder().Step("a").Step("b").Step("c").Build();
            foreach (var (step, good, bad) in commands)
            {
                try
                {
                    var command = new ReportProgress { StepCode = state.Document.Steps[step].StepCode, CompletedQuantity = good, DefectiveQuantity = bad };
                    state = WorkOrderRules.ReportProgress(state, command, Owner, Now).Next!;
                }
                catch (AppException)
                {
                    // Refused: the state stays.
                }
            }

            var steps = state.Document.Steps;
            Assert.All(steps, s => Assert.InRange(s.CompletedQuantity, 0, s.ExpectedQuantity));
            Assert.True(steps[1].CompletedQuantity <= steps[0].CompletedQuantity && steps[2].CompletedQuantity <= steps[1].CompletedQuantity);
            Assert.Equal(StepFlow.IsDone(steps), state.Document.Status == WorkOrderStatus.Completed);
            Assert.Equal(steps, StepFlow.Settle(state.Document).Steps);
        });
    }
}
