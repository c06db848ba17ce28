namespace Actors.WorkOrders;

/// <summary>Limits of work orders. Beyond one: 400 with the field's name.</summary>
public static class WorkOrderLimits
{
    /// <summary>Characters of a title.</summary>
    public const int Title = 200;

    /// <summary>Characters of an order number.</summary>
    public const int Code = 50;

    /// <summary>Characters of a step's code.</summary>
    public const int StepCode = 50;

    /// <summary>Characters of a step's name.</summary>
    public const int StepName = 200;

    /// <summary>Steps of one order.</summary>
    public const int Steps = 200;

    /// <summary>Pieces in one report, expectation or target.</summary>
    public const long Quantity = 1_000_000_000;

    /// <summary>Percent of over-production that an order may allow.</summary>
    public const int OverProductionPercent = 1_000;

    /// <summary>Characters of a reason.</summary>
    public const int Reason = 1_000;

    /// <summary>Bytes of a message's payload, as UTF-8.</summary>
    public const int PayloadBytes = 16 * 1024;

    /// <summary>Characters of a search text.</summary>
    public const int Search = 100;

    /// <summary>Orders listed with their unread count.</summary>
    public const int UnreadOrders = 200;
}
