using System.Text.Json.Serialization;

namespace Actors.Live;

/// <summary>A change as clients get it, over every transport.</summary>
internal sealed record LiveEvent
{
    /// <summary>What changed, as the client subscribed to it or as one of its members, e.g. <c>work-orders/{id}</c>.</summary>
    public required string Topic { get; init; }

    /// <summary>Version of the entity after the change; within an entity's topic 1, 2, 3 … without gaps. 0 for a reset of a whole list.</summary>
    public required long Version { get; init; }

    /// <summary>What happened, e.g. <c>progress.reported</c>; <c>reset</c> and <c>closed</c> are about the feed itself.</summary>
    public required string Kind { get; init; }

    /// <summary>The user who did it; null where the feed itself speaks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Actor { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Small facts about it, a JSON object; after a reset the entity as it is now.</summary>
    public required string Data { get; init; }

    /// <summary>The feed cannot be resumed after the asked token: begin anew from <see cref="Data"/>, or from a list.</summary>
    public const string Reset = "reset";

    /// <summary>The topic ends for this client: deleted, no longer visible, or the client was too slow.</summary>
    public const string Closed = "closed";

    /// <summary>A committed change, under the name that its topic has for clients.</summary>
    public static LiveEvent Of(ChangeEvent change, string topic) => new()
    {
        Topic = topic,
        Version = change.Version,
        Kind = change.Kind,
        Actor = change.Actor,
        At = change.At,
        Data = change.Data,
    };
}
