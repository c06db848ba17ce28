using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Actors.WorkOrders;

/// <summary>Kinds of change events on the topic <c>work-orders/{id}</c>. The record of each kind's data stands below.</summary>
public static class WorkOrderEvents
{
    /// <summary>The topic of an order's events.</summary>
    public static string Topic(string workOrderId) => $"work-orders/{workOrderId}";

    /// <summary>Data: <see cref="WorkOrderCreated"/>.</summary>
    public const string Created = "work-order.created";

    /// <summary>Data: <see cref="WorkOrderChanged"/>.</summary>
    public const string Changed = "work-order.changed";

    /// <summary>Data: <see cref="WorkOrderStatusChanged"/>.</summary>
    public const string StatusChanged = "work-order.status-changed";

    /// <summary>Data: <see cref="WorkOrderChanged"/>.</summary>
    public const string Deleted = "work-order.deleted";

    /// <summary>Data: <see cref="StepsChanged"/>.</summary>
    public const string StepAdded = "step.added";

    /// <summary>Data: <see cref="StepsChanged"/>.</summary>
    public const string StepChanged = "step.changed";

    /// <summary>Data: <see cref="StepsChanged"/>.</summary>
    public const string StepRemoved = "step.removed";

    /// <summary>Data: <see cref="StepsChanged"/>.</summary>
    public const string StepsReordered = "steps.reordered";

    /// <summary>Data: <see cref="ProgressLogged"/>.</summary>
    public const string ProgressReported = "progress.reported";

    /// <summary>Data: <see cref="ProgressLogged"/>, with negative quantities where something was taken back.</summary>
    public const string ProgressCorrected = "progress.corrected";

    /// <summary>Data: <see cref="MessageChanged"/>.</summary>
    public const string MessageSent = "message.sent";

    /// <summary>Data: <see cref="MessageChanged"/>.</summary>
    public const string MessageEdited = "message.edited";

    /// <summary>Data: <see cref="MessageChanged"/>.</summary>
    public const string MessageDeleted = "message.deleted";

    /// <summary>Data: <see cref="MessagesRead"/>.</summary>
    public const string MessagesRead = "messages.read";
}

/// <summary>An order came to be.</summary>
/// <param name="Code">Human order number.</param>
/// <param name="Title">What is to be made.</param>
/// <param name="OwnerId">Its owner.</param>
public sealed record WorkOrderCreated(string Code, string Title, string OwnerId);

/// <summary>An order's own fields changed, or it went.</summary>
/// <param name="Code">Human order number.</param>
/// <param name="Fields">Names of the changed fields.</param>
public sealed record WorkOrderChanged(string Code, ImmutableArray<string> Fields);

/// <summary>An order moved to another status.</summary>
/// <param name="From">The status before.</param>
/// <param name="Status">The status now.</param>
/// <param name="Reason">Why, if said.</param>
public sealed record WorkOrderStatusChanged(WorkOrderStatus From, WorkOrderStatus Status, string? Reason);

/// <summary>Steps came, went, moved or changed.</summary>
/// <param name="StepCodes">The steps concerned; after a reorder, all in their new order.</param>
/// <param name="OrderStatus">The order's status now.</param>
/// <param name="Reassigned">Users who work on the order now and did not before, or the other way round; default in older events.</param>
public sealed record StepsChanged(
    ImmutableArray<string> StepCodes, WorkOrderStatus OrderStatus, ImmutableArray<string> Reassigned = default);

/// <summary>An entry came into the progress log.</summary>
/// <param name="LogId">The entry.</param>
/// <param name="StepCode">The step.</param>
/// <param name="CompletedQuantity">Good pieces of this entry.</param>
/// <param name="DefectiveQuantity">Defective pieces of this entry.</param>
/// <param name="TotalCompleted">Good pieces of the step now.</param>
/// <param name="TotalDefective">Defective pieces of the step now.</param>
/// <param name="StepStatus">The step's status now.</param>
/// <param name="OrderStatus">The order's status now.</param>
/// <param name="CorrectsLogId">The entry that this one sets right, if any.</param>
public sealed record ProgressLogged(
    string LogId,
    string StepCode,
    long CompletedQuantity,
    long DefectiveQuantity,
    long TotalCompleted,
    long TotalDefective,
    StepStatus StepStatus,
    WorkOrderStatus OrderStatus,
    string? CorrectsLogId);

/// <summary>A message was sent, edited or deleted.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="Sequence">Its place in the order's chat.</param>
/// <param name="MessageType">What it holds.</param>
public sealed record MessageChanged(string MessageId, long Sequence, MessageType MessageType);

/// <summary>A user read the chat up to a sequence.</summary>
/// <param name="UserId">The reader.</param>
/// <param name="Sequence">Everything up to here is read.</param>
/// <param name="Unread">Messages of others after it that are not deleted; null in older events.</param>
public sealed record MessagesRead(string UserId, long Sequence, long? Unread = null);

/// <summary>How the events' data is written: camelCase names, lower_snake enum values.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(WireEnumConverter<WorkOrderStatus>),
        typeof(WireEnumConverter<StepStatus>),
        typeof(WireEnumConverter<MessageType>),
    ])]
[JsonSerializable(typeof(WorkOrderCreated))]
[JsonSerializable(typeof(WorkOrderChanged))]
[JsonSerializable(typeof(WorkOrderStatusChanged))]
[JsonSerializable(typeof(StepsChanged))]
[JsonSerializable(typeof(ProgressLogged))]
[JsonSerializable(typeof(MessageChanged))]
[JsonSerializable(typeof(MessagesRead))]
public sealed partial class WorkOrderEventsJson : JsonSerializerContext;
