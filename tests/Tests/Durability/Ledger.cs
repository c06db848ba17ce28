using System.Collections.Concurrent;
using Actors.Infrastructure;

namespace Actors.Durability;

/// <summary>
/// What clients were told, to be held against what the system says afterwards: every acknowledged command is there, once, and
/// nothing else is.
/// </summary>
public sealed class Ledger
{
    private readonly ConcurrentDictionary<string, long> _commands = new(StringComparer.Ordinal);

    /// <summary>A command on this order was acknowledged.</summary>
    public void Acknowledged(string orderId) => _commands.AddOrUpdate(orderId, 1, (_, count) => count + 1);

    /// <summary>
    /// For every order: version = change events = acknowledged commands, and the sum of each step's log is the step's totals.
    /// </summary>
    public async Task AssertHoldsAsync(ActorsClient reader)
    {
        foreach (var (id, commands) in _commands)
        {
            var order = await reader.GetWorkOrderAsync(id);
            var logs = await reader.GetAllAsync($"/api/v1/work-orders/{id}/progress-logs");
            Assert.Equal(commands, order.GetProperty("version").GetInt64());
            Assert.Equal(Enumerable.Range(1, (int)commands).Select(v => (long)v), await EventVersionsAsync(reader, id, commands));
            foreach (var step in order.GetProperty("steps").EnumerateArray())
            {
                var code = step.GetProperty("stepCode").GetString();
                var mine = logs.Where(l => l.GetProperty("stepCode").GetString() == code).ToList();
                Assert.Equal(step.GetProperty("completedQuantity").GetInt64(), mine.Sum(l => l.GetProperty("completedQuantity").GetInt64()));
                Assert.Equal(step.GetProperty("defectiveQuantity").GetInt64(), mine.Sum(l => l.GetProperty("defectiveQuantity").GetInt64()));
            }
        }
    }

    private static async Task<List<long>> EventVersionsAsync(ActorsClient reader, string id, long count)
    {
        await using var feed = await reader.WatchAsync(id, lastEventId: "0");
        var versions = new List<long>();
        while (versions.Count < count)
        {
            versions.Add((await feed.NextAsync()).Data.GetProperty("version").GetInt64());
        }

        return versions;
    }
}
