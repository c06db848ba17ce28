using System.Data.Common;
using Actors.Storage;

namespace Actors.ChangeLog;

/// <summary>The rows of the change log: every commit writes its event here, in its own transaction.</summary>
public static class ChangeLogRows
{
    public static readonly Table<ChangeEvent> Table = new Table<ChangeEvent>("change_events")
        .Key("topic", e => e.Topic)
        .Integer("version", e => e.Version)
        .Integer("partition", e => ChangeLogLimits.PartitionOf(e.Topic))
        .Text("kind", e => e.Kind)
        .Json("data", e => e.Data)
        .Text("actor", e => e.Actor)
        .Timestamp("at", e => e.At)
        .Text("audience", e => string.Join(AudienceSeparator, e.Audience));

    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns = "topic, version, kind, data, actor, at, audience";

    /// <summary>The constraint that keeps a topic's version from being written twice.</summary>
    public const string KeyConstraint = "change_events_pkey";

    private const char AudienceSeparator = '\n';

    /// <summary>Reads an event from the columns beginning at <paramref name="first"/>.</summary>
    public static ChangeEvent Read(DbDataReader row, int first = 0) => new()
    {
        Topic = row.GetString(first),
        Version = row.GetInt64(first + 1),
        Kind = row.GetString(first + 2),
        Data = row.GetString(first + 3),
        Actor = row.GetString(first + 4),
        At = row.GetTimestamp(first + 5),
        Audience = [.. row.GetString(first + 6).Split(AudienceSeparator, StringSplitOptions.RemoveEmptyEntries)],
    };

    /// <summary>A topic's changes after a version, oldest first.</summary>
    public static async Task<Page<ChangeEvent>> ReadTopicAsync(
        Database database, string topic, long after, int limit, CancellationToken cancellationToken) => new(
        await database.ListAsync(
            $"select {Columns} from change_events where topic = @topic and version > @after order by version limit @limit",
            [("topic", topic), ("after", after), ("limit", limit)],
            row => Read(row),
            cancellationToken));

    /// <summary>The version of a topic's last change; 0 if the log has none.</summary>
    public static async Task<long> FindVersionAsync(Database database, string topic, CancellationToken cancellationToken) => (await database.ListAsync(
        "select coalesce(max(version), 0) from change_events where topic = @topic",
        [("topic", topic)],
        row => row.GetInt64(0),
        cancellationToken))[0];
}
