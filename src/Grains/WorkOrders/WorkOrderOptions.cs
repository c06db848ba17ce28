using System.ComponentModel.DataAnnotations;

namespace Actors.WorkOrders;

/// <summary>What new work orders get when their creator does not say. Configuration section <c>WorkOrders</c>.</summary>
public sealed class WorkOrderOptions
{
    /// <summary>Good pieces beyond the expected that a step may report, in percent. Default 0: none.</summary>
    [Range(0, WorkOrderLimits.OverProductionPercent)]
    public int OverProductionPercent { get; set; }

    /// <summary>Whether a step may report at most what the step before passed on. Default true.</summary>
    public bool StepGate { get; set; } = true;
}
