using System.Text.Json.Serialization;

namespace Actors.Inboxes;

/// <summary>Kinds of change events on the topic <c>inboxes/{userId}</c>, whose audience is the user.</summary>
public static class InboxEvents
{
    /// <summary>The topic of an inbox's events.</summary>
    public static string Topic(string userId) => $"inboxes/{userId}";

    /// <summary>Data: <see cref="Inboxes.UnreadChanged"/>.</summary>
    public const string UnreadChanged = "unread.changed";
}

/// <summary>The unread messages of one order changed. All numbers are those after the change, so an event may be missed or come twice.</summary>
/// <param name="WorkOrderId">The order.</param>
/// <param name="Unread">Unread messages of the order; 0 also when the user does not take part in it any more.</param>
/// <param name="Total">Unread messages over all orders.</param>
/// <param name="LastReadSequence">Everything up to this sequence is read.</param>
public sealed record UnreadChanged(string WorkOrderId, long Unread, long Total, long LastReadSequence);

/// <summary>How the events' data is written: camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UnreadChanged))]
public sealed partial class InboxEventsJson : JsonSerializerContext;
