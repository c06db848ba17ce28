namespace Actors.WorkOrders;

/// <summary>How a report was confirmed (002-046).</summary>
public enum ConfirmationMode
{
    /// <summary>Typed in by a person.</summary>
    Manual = 0,

    /// <summary>Scanned, e.g. a bar code.</summary>
    Scan = 1,

    /// <summary>Sent by a machine.</summary>
    Auto = 2,

    /// <summary>Confirmed by the customer.</summary>
    Customer = 3,
}

/// <summary>Reports finished pieces of a step.</summary>
[GenerateSerializer, Immutable, Alias("report-progress")]
public sealed record ReportProgress
{
    /// <summary>Which step.</summary>
    [Id(0)] public required string StepCode { get; init; }

    /// <summary>Good pieces since the last report, 0 to <see cref="WorkOrderLimits.Quantity"/>.</summary>
    [Id(1)] public long CompletedQuantity { get; init; }

    /// <summary>Defective pieces since the last report, 0 to <see cref="WorkOrderLimits.Quantity"/>.</summary>
    [Id(2)] public long DefectiveQuantity { get; init; }

    /// <summary>How it was confirmed.</summary>
    [Id(3)] public ConfirmationMode ConfirmationMode { get; init; }
}

/// <summary>Sets an earlier report right: appends the difference as an entry of its own.</summary>
[GenerateSerializer, Immutable, Alias("correct-progress")]
public sealed record CorrectProgress
{
    /// <summary>The report to set right.</summary>
    [Id(0)] public required string LogId { get; init; }

    /// <summary>Good pieces it should have said; 0 with <see cref="DefectiveQuantity"/> 0 undoes it.</summary>
    [Id(1)] public long CompletedQuantity { get; init; }

    /// <summary>Defective pieces it should have said.</summary>
    [Id(2)] public long DefectiveQuantity { get; init; }

    /// <summary>Why; needed.</summary>
    [Id(3)] public required string Reason { get; init; }
}

/// <summary>One entry of the append-only progress log (002-040).</summary>
[GenerateSerializer, Immutable, Alias("progress-log")]
public sealed record ProgressLog
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The order.</summary>
    [Id(1)] public required string WorkOrderId { get; init; }

    /// <summary>The step.</summary>
    [Id(2)] public required string StepCode { get; init; }

    /// <summary>Good pieces; negative in a correction.</summary>
    [Id(3)] public long CompletedQuantity { get; init; }

    /// <summary>Defective pieces; negative in a correction.</summary>
    [Id(4)] public long DefectiveQuantity { get; init; }

    /// <summary>How it was confirmed.</summary>
    [Id(5)] public ConfirmationMode ConfirmationMode { get; init; }

    /// <summary>Who confirmed it.</summary>
    [Id(6)] public required string ConfirmedBy { get; init; }

    /// <summary>When, UTC.</summary>
    [Id(7)] public DateTimeOffset ConfirmedAt { get; init; }

    /// <summary>The entry that this one sets right; null for a report.</summary>
    [Id(8)] public string? CorrectsLogId { get; init; }

    /// <summary>Why it was corrected.</summary>
    [Id(9)] public string? Reason { get; init; }

    /// <summary>Version of the order after this entry; orders the log.</summary>
    [Id(10)] public long Version { get; init; }
}
