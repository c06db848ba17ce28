using System.Text.Json.Serialization;

namespace Actors.Live;

/// <summary>What a client may say on a socket; <c>type</c> is <c>subscribe</c>, <c>unsubscribe</c>, <c>ack</c> or <c>ping</c>.</summary>
internal sealed record SocketRequest
{
    /// <summary>What is wanted.</summary>
    public string? Type { get; init; }

    /// <summary>Of which topic.</summary>
    public string? Topic { get; init; }

    /// <summary>To subscribe: the token to resume after; absent for what comes from now on.</summary>
    public string? After { get; init; }

    /// <summary>To subscribe: most events that may be under way without an ack; absent for no limit.</summary>
    public int? Window { get; init; }

    /// <summary>To ack: the token of the last event that was dealt with.</summary>
    public string? Token { get; init; }
}

/// <summary>
/// What the server says on a socket; <c>type</c> is <c>subscribed</c>, <c>event</c>, <c>reset</c>, <c>closed</c>, <c>position</c>,
/// <c>unsubscribed</c>, <c>pong</c> or <c>error</c>. An <c>event</c>, <c>reset</c> and mostly a <c>closed</c> also carry <c>event</c>, a <see cref="LiveEvent"/>.
/// </summary>
internal sealed record SocketAnswer(string Type)
{
    /// <summary>The topic, as it was subscribed to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Topic { get; init; }

    /// <summary>Where the topic goes on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    /// <summary>What was wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LiveError? Error { get; init; }
}
