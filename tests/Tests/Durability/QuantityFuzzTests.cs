using System.Net;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Durability;

/// <summary>Random reports, defects, over-production and corrections from many clients at once: the sums always hold.</summary>
public abstract class QuantityFuzzTests : HttpTests
{
    private const int Clients = 32;
    private const int CommandsPerClient = 160;
    private const int Orders = 24;

    [Fact]
    public async Task Whatever_is_reported_at_once_the_log_adds_up_to_the_totals()
    {
        var owner = await App.RegisterAsync();
        var ledger = new Ledger();
        var orders = new List<string>();
        for (var i = 0; i < Orders; i++)
        {
            var order = ActorsClient.NewWorkOrder("a", "b", "c");
            (order["overProductionPercent"], order["stepGate"]) = (i % 3 * 10, i % 4 != 0);
            foreach (var step in order["steps"]!.AsArray())
            {
                step!["expectedQuantity"] = 400;
            }

            orders.Add((await owner.PostAsync("/api/v1/work-orders", order)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!);
            ledger.Acknowledged(orders[i]);
            (await owner.MoveAsync(orders[i], "released")).Expect(HttpStatusCode.OK);
            ledger.Acknowledged(orders[i]);
        }

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => RunAsync(owner, orders, ledger, new Random(client))));

        await ledger.AssertHoldsAsync(owner);
        foreach (var id in orders)
        {
            AssertFlow(await owner.GetWorkOrderAsync(id));
        }
    }

    private static async Task RunAsync(ActorsClient owner, List<string> orders, Ledger ledger, Random random)
    {
        for (var i = 0; i < CommandsPerClient; i++)
        {
            var id = orders[random.Next(orders.Count)];
            var step = ((char)('a' + random.Next(3))).ToString();
            var answer = random.Next(8) == 0
                ? await CorrectAsync(owner, id, random)
                : await owner.ReportAsync(id, step, random.Next(0, 12), random.Next(0, 3), key: $"{id}-{random.NextInt64()}");
            Assert.True(
                answer.Status is HttpStatusCode.OK || answer.Code is "OVER_PRODUCTION" or "STEP_GATE" or "WORK_ORDER_NOT_RUNNING" or "WORK_ORDER_CLOSED" or "VALIDATION_FAILED",
                answer.Text);
            if (answer.Status == HttpStatusCode.OK)
            {
                ledger.Acknowledged(id);
            }
        }
    }

    /// <summary>Makes a random report of the order one good piece less, or undoes it.</summary>
    private static async Task<Answer> CorrectAsync(ActorsClient owner, string id, Random random)
    {
        var logs = (await owner.GetAsync($"/api/v1/work-orders/{id}/progress-logs?limit=100")).Data.EnumerateArray()
            .Where(l => l.GetProperty("correctsLogId").ValueKind == JsonValueKind.Null).ToList();
        if (logs.Count == 0)
        {
            return await owner.ReportAsync(id, "a", 0);
        }

        // A quantity that no report and no other correction says: the correction always changes something.
        var log = logs[random.Next(logs.Count)].GetProperty("id").GetString();
        return await owner.PostAsync(
            $"/api/v1/work-orders/{id}/progress-logs/{log}/corrections",
            new { completedQuantity = random.Next(0, 12), defectiveQuantity = 100 + random.Next(1_000_000), reason = "fuzz" });
    }

    private static void AssertFlow(JsonElement order)
    {
        var gate = order.GetProperty("stepGate").GetBoolean();
        var limit = 400 + (400 * order.GetProperty("overProductionPercent").GetInt32() / 100);
        var good = order.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("completedQuantity").GetInt64()).ToList();
        Assert.All(good, quantity => Assert.InRange(quantity, 0, limit));
        Assert.True(!gate || (good[1] <= good[0] && good[2] <= good[1]));
    }
}

/// <inheritdoc />
public sealed class QuantityFuzzOnSqliteTests(SharedApps apps) : QuantityFuzzTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class QuantityFuzzOnPostgresTests(SharedApps apps, PostgresServer server) : QuantityFuzzTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
