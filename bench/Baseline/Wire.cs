using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.WorkOrders;

namespace Actors.Bench;

/// <summary>Body of a create, as the product takes it.</summary>
internal sealed record NewOrder(
    string Title,
    string? Code,
    WorkOrderPriority? Priority,
    long TargetQuantity,
    DateTimeOffset? StartAt,
    DateTimeOffset? EndAt,
    string? TargetFactoryId,
    bool? ProcurementAutoNotify,
    int? OverProductionPercent,
    bool? StepGate,
    NewOrderStep[]? Steps);

/// <summary>A step of a new order.</summary>
internal sealed record NewOrderStep(
    string StepCode, string StepName, long ExpectedQuantity, string? AssigneeId, DateTimeOffset? EstimatedCompletionAt);

/// <summary>Body of a report, as the product takes it.</summary>
internal sealed record StepReport(long CompletedQuantity, long? DefectiveQuantity, ConfirmationMode? ConfirmationMode);

/// <summary>A page of a list.</summary>
internal sealed record OrderPage(bool Success, ImmutableArray<WorkOrderSummary> Data, PageMeta Meta);

/// <summary>Where the page stands in the list.</summary>
internal sealed record PageMeta(int Page, int Limit, long Total, string? NextCursor);

/// <summary>A refusal.</summary>
internal sealed record Refusal(bool Success, RefusalReason Error);

/// <summary>Why it was refused.</summary>
internal sealed record RefusalReason(string Code, string Message, ImmutableArray<ErrorDetail> Details);

/// <summary>Times end in <c>Z</c>.</summary>
internal sealed class UtcConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}

/// <summary>All JSON of this service, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters =
    [
        typeof(UtcConverter), typeof(WireEnumConverter<WorkOrderStatus>), typeof(WireEnumConverter<WorkOrderPriority>),
        typeof(WireEnumConverter<StepStatus>), typeof(WireEnumConverter<ConfirmationMode>),
    ])]
[JsonSerializable(typeof(NewOrder))]
[JsonSerializable(typeof(StepReport))]
[JsonSerializable(typeof(WorkOrder))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class Wire : JsonSerializerContext
{
    /// <summary>As the product writes: Chinese text stays as it is.</summary>
    public static Wire Json => Relaxed.Wire;

    // Apart, so that the generated fields that it needs are set before.
    private static class Relaxed
    {
        public static readonly Wire Wire = new(new JsonSerializerOptions(Default.Options!)
        {
            TypeInfoResolver = null,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
