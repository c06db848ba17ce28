using Actors.Chaos.Feeds;
using Actors.Chaos.Load;
using Npgsql;

namespace Actors.Chaos.Proof;

/// <summary>The four zeros: what clients were told and what they saw, held against what the system holds afterwards.</summary>
public static class Verdict
{
    public static async Task AssertFourZerosAsync(string connectionString, Acknowledged acknowledged, Clients clients)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var log = await ChangeLog.ReadAsync(database);

        AssertEachCommandOnce(acknowledged, log);
        await Tables.AssertHoldAsync(database, acknowledged);
        Assert.All(clients.Watchers, watcher => AssertSawEverything(watcher, log));
        foreach (var crew in clients.Crews)
        {
            await AssertToldTheSameAsync(crew, acknowledged);
        }
    }

    /// <summary>No acknowledged write is lost, no effect is there twice, and none that nobody was told of.</summary>
    internal static void AssertEachCommandOnce(Acknowledged acknowledged, IReadOnlyDictionary<string, List<Effect>> log)
    {
        var happened = log.Values.SelectMany(effects => effects).ToList();
        var twice = happened.GroupBy(e => e).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        var lost = acknowledged.Effects.Except(happened).ToList();
        var untold = happened.Except(acknowledged.Effects).ToList();
        Assert.True(twice.Count == 0, $"Happened twice: {string.Join(", ", twice)}");
        Assert.True(lost.Count == 0, $"Acknowledged and lost: {string.Join(", ", lost)}");
        Assert.True(untold.Count == 0, $"Happened, but was never acknowledged: {string.Join(", ", untold)}");
    }

    /// <summary>A live feed brought every change once, in order, over all its connections.</summary>
    private static void AssertSawEverything(Watcher watcher, IReadOnlyDictionary<string, List<Effect>> log)
    {
        var topics = watcher.Topics.ToList();
        Assert.NotEmpty(topics);
        Assert.All(topics, topic => Assert.Equal(log[topic], watcher.SeenOf(topic)));
    }

    /// <summary>Readers are told the same as the tables hold: orders, totals, log and chat.</summary>
    private static async Task AssertToldTheSameAsync(Crew crew, Acknowledged acknowledged)
    {
        var reader = crew.User[^1];
        var effects = acknowledged.Effects.ToLookup(e => e.Topic);
        var mine = effects[$"work-orders/{crew.OrderId}"].ToLookup(e => e.Kind, e => e.Mark);

        var orders = await reader.GetAllAsync("/api/v1/work-orders", "cursor");
        Assert.Equal(crew.Titles.Order(StringComparer.Ordinal), orders.Select(o => o.GetProperty("title").GetString()).Order(StringComparer.Ordinal));

        var logs = await reader.GetAllAsync($"/api/v1/work-orders/{crew.OrderId}/progress-logs");
        Assert.Equal(
            mine[Effect.ProgressReported].Order(StringComparer.Ordinal), logs.Select(Effect.Quantities).Order(StringComparer.Ordinal));

        var step = (await reader.GetWorkOrderAsync(crew.OrderId)).GetProperty("steps")[0];
        Assert.Equal(logs.Sum(l => l.GetProperty("completedQuantity").GetInt64()), step.GetProperty("completedQuantity").GetInt64());
        Assert.Equal(logs.Sum(l => l.GetProperty("defectiveQuantity").GetInt64()), step.GetProperty("defectiveQuantity").GetInt64());

        var messages = await reader.GetAllAsync($"/api/v1/work-orders/{crew.OrderId}/messages");
        Assert.Equal(crew.Messages, messages.Select(m => m.GetProperty("clientMessageId").GetString()));
        Assert.Equal(mine[Effect.MessageSent].Order(StringComparer.Ordinal), messages.Select(m => m.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
    }
}
