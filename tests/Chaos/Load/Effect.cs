using System.Globalization;
using System.Text.Json;

namespace Actors.Chaos.Load;

/// <summary>What one command does, as its change event tells it: the mark makes it the only one of its topic.</summary>
/// <param name="Topic">What it changes, e.g. <c>work-orders/{id}</c>.</param>
/// <param name="Kind">E.g. <c>progress.reported</c>.</param>
/// <param name="Mark">What tells it from the others: the reported quantities, a message's id, the reason of a status, the title of a new order.</param>
public sealed record Effect(string Topic, string Kind, string Mark)
{
    public const string Created = "work-order.created";
    public const string StatusChanged = "work-order.status-changed";
    public const string ProgressReported = "progress.reported";
    public const string MessageSent = "message.sent";

    /// <summary>Reads the effect off an event.</summary>
    public static Effect Of(string topic, string kind, JsonElement data) => new(topic, kind, kind switch
    {
        Created => data.GetProperty("title").GetString()!,
        StatusChanged => data.GetProperty("reason").GetString()!,
        ProgressReported => Quantities(data),
        MessageSent => data.GetProperty("messageId").GetString()!,
        _ => throw new InvalidOperationException($"Nobody did {kind} on {topic}."),
    });

    /// <summary>The mark of a report, from its event or its entry in the log.</summary>
    public static string Quantities(JsonElement report) =>
        Quantities(report.GetProperty("completedQuantity").GetInt64(), report.GetProperty("defectiveQuantity").GetInt64());

    public static string Quantities(long completed, long defective) => string.Create(CultureInfo.InvariantCulture, $"{completed}/{defective}");
}
