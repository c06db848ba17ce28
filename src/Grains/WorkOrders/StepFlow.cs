using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>How pieces flow through the steps of an order. Everything here is a function of the steps' totals.</summary>
internal static class StepFlow
{
    /// <summary>Most good pieces that a step may report.</summary>
    public static long MostGood(WorkOrderStep step, int overProductionPercent) =>
        step.ExpectedQuantity + (step.ExpectedQuantity * overProductionPercent / 100);

    /// <summary>
    /// The order with every step's status set from its totals, and the order completed if all its steps are. Refuses totals
    /// that cannot be: more good pieces than the limit or than the step before passed on.
    /// </summary>
    /// <param name="order">The order after a change.</param>
    /// <param name="wasDone">Whether its steps were done before: then it was reopened, and a change of fields leaves it open.</param>
    public static WorkOrder Settle(WorkOrder order, bool wasDone = false)
    {
        var steps = order.Steps.ToBuilder();
        WorkOrderStep? source = null;
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Status == StepStatus.Skipped)
            {
                continue;
            }

            EnsurePossible(steps[i], source, order);
            var status = StatusOf(steps[i], source, order.StepGate);
            if (status != steps[i].Status)
            {
                steps[i] = steps[i] with { Status = status };
            }

            source = steps[i];
        }

        var settled = order with { Steps = steps.DrainToImmutable() };
        return order.Status == WorkOrderStatus.InProgress && !wasDone && IsDone(settled.Steps)
            ? settled with { Status = WorkOrderStatus.Completed }
            : settled;
    }

    /// <summary>Whether there are steps, and each is completed or skipped.</summary>
    public static bool IsDone(ImmutableArray<WorkOrderStep> steps) =>
        !steps.IsEmpty && steps.All(s => s.Status is StepStatus.Completed or StepStatus.Skipped);

    private static void EnsurePossible(WorkOrderStep step, WorkOrderStep? source, WorkOrder order)
    {
        if (step.CompletedQuantity > MostGood(step, order.OverProductionPercent))
        {
            throw new AppException(
                ErrorKind.Rule,
                "OVER_PRODUCTION",
                $"Step {step.StepCode} would have {step.CompletedQuantity} good pieces; at most {MostGood(step, order.OverProductionPercent)} are allowed.");
        }

        if (order.StepGate && source is not null && step.CompletedQuantity > source.CompletedQuantity)
        {
            throw new AppException(
                ErrorKind.Rule,
                "STEP_GATE",
                $"Step {step.StepCode} would have {step.CompletedQuantity} good pieces; step {source.StepCode} passed on {source.CompletedQuantity}.");
        }
    }

    /// <summary>
    /// Defective pieces count as done, and what the step before lost cannot be asked of this one: a step is completed when
    /// good and defective pieces reach what was expected, or what could come.
    /// </summary>
    private static StepStatus StatusOf(WorkOrderStep step, WorkOrderStep? source, bool gate)
    {
        var reported = step.CompletedQuantity + step.DefectiveQuantity;
        var reachable = gate && source is { Status: StepStatus.Completed }
            ? Math.Min(step.ExpectedQuantity, source.CompletedQuantity)
            : step.ExpectedQuantity;
        return reported >= reachable ? StepStatus.Completed : reported > 0 ? StepStatus.InProgress : StepStatus.Pending;
    }
}
