using Actors.Storage;

namespace Actors;

/// <summary>The log of all changes: every commit writes its event here, in its own transaction.</summary>
internal static class ChangeLog
{
    /// <summary>Partitions of the log. Fixed for ever: a topic's partition is stored with its events.</summary>
    public const int Partitions = 16;

    public static readonly Table<ChangeEvent> Table = new Table<ChangeEvent>("change_events")
        .Key("topic", e => e.Topic)
        .Integer("version", e => e.Version)
        .Integer("partition", e => PartitionOf(e.Topic))
        .Text("kind", e => e.Kind)
        .Json("data", e => e.Data)
        .Text("actor", e => e.Actor)
        .Timestamp("at", e => e.At);

    /// <summary>FNV-1a over the topic: the same on every machine and in every release.</summary>
    public static int PartitionOf(string topic)
    {
        var hash = 2166136261;
        foreach (var character in topic)
        {
            hash = unchecked((hash ^ character) * 16777619);
        }

        return (int)(hash % Partitions);
    }

    public static async Task<Page<ChangeEvent>> ReadTopicAsync(
        Database database, string topic, long after, int limit, CancellationToken cancellationToken) => new(
        await database.ListAsync(
            """
            select version, kind, data, actor, at from change_events
            where topic = @topic and version > @after order by version limit @limit
            """,
            [("topic", topic), ("after", after), ("limit", limit)],
            row => new ChangeEvent
            {
                Topic = topic,
                Version = row.GetInt64(0),
                Kind = row.GetString(1),
                Data = row.GetString(2),
                Actor = row.GetString(3),
                At = row.GetTimestamp(4),
            },
            cancellationToken));
}
