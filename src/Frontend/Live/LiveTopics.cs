using System.Collections.Frozen;
using Actors.Infrastructure.Json;

namespace Actors.Live;

/// <summary>Why a topic ended, or what is wrong with a message of a socket.</summary>
/// <param name="Code">Stable, UPPER_SNAKE.</param>
/// <param name="Message">One English sentence.</param>
internal sealed record LiveError(string Code, string Message);

/// <summary>The topics that there are: the list of a kind, one entity, or what belongs to the caller himself.</summary>
internal sealed class LiveTopics(IEnumerable<EntityTopic> kinds, LiveHub hub, IGrainFactory grains, LiveJson json, TimeProvider time)
{
    private readonly FrozenDictionary<string, EntityTopic> _byName = kinds.ToFrozenDictionary(k => k.OwnName ?? k.Name, StringComparer.Ordinal);

    /// <summary>A stream of the topic for the caller, not yet opened. 400 <c>UNKNOWN_TOPIC</c>.</summary>
    /// <param name="topic">E.g. <c>work-orders</c>, <c>work-orders/{id}</c>, <c>users/me</c>.</param>
    /// <param name="after">The token to resume after; null for what comes from now on.</param>
    /// <param name="caller">For whom.</param>
    public TopicStream Find(string topic, string? after, Caller caller)
    {
        if (_byName.TryGetValue(topic, out var whole))
        {
            return whole switch
            {
                { OwnName: not null } => Entity(whole, caller.UserId),
                { HasList: true } => new ListStream(topic, after, caller, hub, grains, json, time),
                _ => throw Unknown(topic),
            };
        }

        var slash = topic.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && _byName.TryGetValue(topic[..slash], out var kind) && IsId(topic[(slash + 1)..])
            ? Entity(kind, topic[(slash + 1)..])
            : throw Unknown(topic);

        EntityStream Entity(EntityTopic of, string id) => new(topic, of, id, after, caller, hub, grains, json, time);
    }

    private static bool IsId(string id) => !string.IsNullOrWhiteSpace(id) && id.Length <= Ids.MaxLength && !WireText.IsBroken(id);

    private AppException Unknown(string topic) => new(
        ErrorKind.Invalid,
        "UNKNOWN_TOPIC",
        $"There is no topic '{(topic.Length > 80 ? topic[..80] : topic)}'; topics are {string.Join(", ", _byName.Values.SelectMany(Names))}.");

    private static IEnumerable<string> Names(EntityTopic kind) =>
        kind.OwnName is { } own ? [own] : kind.HasList ? [kind.Name, $"{kind.Name}/{{id}}"] : [$"{kind.Name}/{{id}}"];
}
