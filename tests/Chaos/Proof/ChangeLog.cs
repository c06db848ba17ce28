using System.Text.Json;
using Actors.Chaos.Load;
using Npgsql;

namespace Actors.Chaos.Proof;

/// <summary>What the tables say happened.</summary>
public static class ChangeLog
{
    /// <summary>The effects on every order in the order of their versions, which are 1, 2, 3 … without a hole.</summary>
    public static async Task<IReadOnlyDictionary<string, List<Effect>>> ReadAsync(NpgsqlDataSource database)
    {
        var topics = new Dictionary<string, List<Effect>>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(
            "select topic, version, kind, data::text from change_events where topic like 'work-orders/%' order by topic, version");
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var topic = row.GetString(0);
            var effects = topics.TryGetValue(topic, out var known) ? known : topics[topic] = [];
            Assert.True(row.GetInt64(1) == effects.Count + 1, $"{topic}: change {row.GetInt64(1)} follows {effects.Count}.");
            effects.Add(Effect.Of(topic, row.GetString(2), JsonDocument.Parse(row.GetString(3)).RootElement));
        }

        return topics;
    }
}
