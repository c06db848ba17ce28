using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>What a message holds (002-036).</summary>
public enum MessageType
{
    /// <summary>Written words.</summary>
    Text = 0,

    /// <summary>A picture, by reference.</summary>
    Image = 1,

    /// <summary>A file, by reference.</summary>
    File = 2,

    /// <summary>A notice; only those who run the order send it.</summary>
    System = 3,
}

/// <summary>Sends a message to an order's chat.</summary>
[GenerateSerializer, Immutable, Alias("send-message")]
public sealed record SendMessage
{
    /// <summary>What it holds.</summary>
    [Id(0)] public MessageType MessageType { get; init; }

    /// <summary>A JSON object of at most <see cref="WorkOrderLimits.PayloadBytes"/> bytes.</summary>
    [Id(1)] public required string Payload { get; init; }

    /// <summary>The client's own id: sending it again changes nothing and answers with the first message (seven days).</summary>
    [Id(2)] public string? ClientMessageId { get; init; }
}

/// <summary>Puts other words in a message; its author only.</summary>
/// <param name="MessageId">Which message.</param>
/// <param name="Payload">As in <see cref="SendMessage.Payload"/>.</param>
[GenerateSerializer, Immutable, Alias("edit-message")]
public sealed record EditMessage([property: Id(0)] string MessageId, [property: Id(1)] string Payload);

/// <summary>A message of an order's chat (002-033).</summary>
[GenerateSerializer, Immutable, Alias("chat-message")]
public sealed record ChatMessage
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The order.</summary>
    [Id(1)] public required string WorkOrderId { get; init; }

    /// <summary>1 for the order's first message, then without gaps.</summary>
    [Id(2)] public long Sequence { get; init; }

    /// <summary>What it holds.</summary>
    [Id(3)] public MessageType MessageType { get; init; }

    /// <summary>A JSON object; <c>null</c> once deleted.</summary>
    [Id(4)] public string? Payload { get; init; }

    /// <summary>The sender's own id for it.</summary>
    [Id(5)] public string? ClientMessageId { get; init; }

    /// <summary>The sender.</summary>
    [Id(6)] public required string CreatedBy { get; init; }

    /// <summary>When it was sent, UTC.</summary>
    [Id(7)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its author last edited it, UTC.</summary>
    [Id(8)] public DateTimeOffset? EditedAt { get; init; }

    /// <summary>When its author deleted it, UTC.</summary>
    [Id(9)] public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>How far a user has read an order's chat.</summary>
/// <param name="WorkOrderId">The order.</param>
/// <param name="LastReadSequence">Everything up to this sequence is read.</param>
/// <param name="Unread">Messages of others after it that are not deleted.</param>
[GenerateSerializer, Immutable, Alias("read-state")]
public sealed record ReadState(
    [property: Id(0)] string WorkOrderId,
    [property: Id(1)] long LastReadSequence,
    [property: Id(2)] long Unread);

/// <summary>Unread messages of a user (002-008).</summary>
/// <param name="Total">Over all orders that the user takes part in.</param>
/// <param name="WorkOrders">The orders that have any, most recent first; only so many, but all count in the total.</param>
[GenerateSerializer, Immutable, Alias("unread")]
public sealed record Unread([property: Id(0)] long Total, [property: Id(1)] ImmutableArray<ReadState> WorkOrders);
