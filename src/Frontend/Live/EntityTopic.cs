namespace Actors.Live;

/// <summary>A kind of entity whose changes are topics, one each: a feature registers what the feed has to know of it.</summary>
internal sealed record EntityTopic
{
    /// <summary>In the change log its topics are <c>{Name}/{id}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The entity's grain.</summary>
    public required Func<IGrainFactory, string, ITopicGrain> Grain { get; init; }

    /// <summary>The entity as it is now, as JSON: what a client begins anew from.</summary>
    public required Func<IGrainFactory, string, LiveJson, CancellationToken, Task<string>> Snapshot { get; init; }

    /// <summary>Set if each user has one entity of the kind, which is his alone: the name of the topic for him, e.g. <c>users/me</c>.</summary>
    public string? OwnName { get; init; }

    /// <summary>Whether <c>{Name}</c> is a topic too: the changes of all entities that the caller may see.</summary>
    public bool HasList { get; init; }

    /// <summary>The kind of an entity's last change: its topic ends then.</summary>
    public string? LastKind { get; init; }
}
