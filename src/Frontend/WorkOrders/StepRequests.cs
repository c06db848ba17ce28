using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Json;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.WorkOrders;

/// <summary>Adds a step.</summary>
internal sealed record AddStepRequest
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

    /// <summary>Zero-based place; absent for the end.</summary>
    public int? Position { get; init; }

    public AddStep ToCommand(long? expectedVersion)
    {
        var step = new NewStepRequest
        {
            StepCode = StepCode,
            StepName = StepName,
            ExpectedQuantity = ExpectedQuantity,
            AssigneeId = AssigneeId,
            EstimatedCompletionAt = EstimatedCompletionAt,
        };
        return new AddStep(step.ToStep(""), Position, expectedVersion);
    }
}

/// <summary>Changes, assigns or skips a step: absent stays, null clears.</summary>
internal sealed record ChangeStepRequest
{
    /// <summary>What is done.</summary>
    public Optional<string?> StepName { get; init; }

    /// <summary>Good pieces expected.</summary>
    public Optional<long?> ExpectedQuantity { get; init; }

    /// <summary>Who does it; null for nobody.</summary>
    public Optional<string?> AssigneeId { get; init; }

    /// <summary>When the assignee means to be done.</summary>
    public Optional<DateTimeOffset?> EstimatedCompletionAt { get; init; }

    /// <summary>True to leave the step out, false to take it in again.</summary>
    public Optional<bool?> Skipped { get; init; }

    public ChangeStep ToCommand(string stepCode, long? expectedVersion) => new()
    {
        StepCode = stepCode,
        ExpectedVersion = expectedVersion,
        StepName = NotCleared(StepName, "stepName"),
        ExpectedQuantity = NotCleared(ExpectedQuantity, "expectedQuantity"),
        AssigneeId = AssigneeId,
        EstimatedCompletionAt = EstimatedCompletionAt,
        Skipped = NotCleared(Skipped, "skipped"),
    };
}

/// <summary>Puts the steps in another order.</summary>
internal sealed record ReorderStepsRequest
{
    /// <summary>Every step's code, once each.</summary>
    [Required]
    public ImmutableArray<string?>? StepCodes { get; init; }

    public ReorderSteps ToCommand(long? expectedVersion) =>
        new(Texts(Required(StepCodes, "stepCodes"), "stepCodes"), expectedVersion);
}

/// <summary>Reports finished pieces of a step.</summary>
internal sealed record ReportProgressRequest
{
    /// <summary>Good pieces since the last report.</summary>
    [Required]
    public long? CompletedQuantity { get; init; }

    /// <summary>Defective pieces since the last report; 0 if absent.</summary>
    public long? DefectiveQuantity { get; init; }

    /// <summary>How it was confirmed; manual if absent.</summary>
    public ConfirmationMode? ConfirmationMode { get; init; }

    public ReportProgress ToCommand(string stepCode) => new()
    {
        StepCode = stepCode,
        CompletedQuantity = Required(CompletedQuantity, "completedQuantity"),
        DefectiveQuantity = DefectiveQuantity ?? 0,
        ConfirmationMode = ConfirmationMode ?? WorkOrders.ConfirmationMode.Manual,
    };
}

/// <summary>Sets an earlier report right.</summary>
internal sealed record CorrectProgressRequest
{
    /// <summary>Good pieces it should have said; absent with the other one to undo the report.</summary>
    public long? CompletedQuantity { get; init; }

    /// <summary>Defective pieces it should have said.</summary>
    public long? DefectiveQuantity { get; init; }

    /// <summary>Why.</summary>
    [Required]
    public string? Reason { get; init; }

    public CorrectProgress ToCommand(string logId)
    {
        // One alone would silently make the other zero; a caller who means that says it.
        var undo = CompletedQuantity is null && DefectiveQuantity is null;
        return new CorrectProgress
        {
            LogId = logId,
            CompletedQuantity = undo ? 0 : Required(CompletedQuantity, "completedQuantity"),
            DefectiveQuantity = undo ? 0 : Required(DefectiveQuantity, "defectiveQuantity"),
            Reason = Required(Reason, "reason"),
        };
    }
}

/// <summary>Sends a message to the order's chat.</summary>
internal sealed record SendMessageRequest
{
    /// <summary>What it holds.</summary>
    [Required]
    public MessageType? MessageType { get; init; }

    /// <summary>The content, a JSON object.</summary>
    [Required]
    public JsonObjectText? Payload { get; init; }

    /// <summary>The client's own id: sending it again changes nothing.</summary>
    public string? ClientMessageId { get; init; }

    public SendMessage ToCommand() => new()
    {
        MessageType = Required(MessageType, "messageType"),
        Payload = RequiredObject(Payload, "payload").Text,
        ClientMessageId = ClientMessageId,
    };
}

/// <summary>Puts other words in a message.</summary>
internal sealed record EditMessageRequest
{
    /// <summary>The new content, a JSON object.</summary>
    [Required]
    public JsonObjectText? Payload { get; init; }

    public EditMessage ToCommand(string messageId) => new(messageId, RequiredObject(Payload, "payload").Text);
}

/// <summary>Marks messages as read.</summary>
internal sealed record MarkReadRequest
{
    /// <summary>The last sequence that is read.</summary>
    [Required]
    public long? Sequence { get; init; }

    public long ToSequence() => Required(Sequence, "sequence");
}
