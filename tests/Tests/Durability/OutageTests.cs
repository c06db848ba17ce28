using System.Net;
using Actors.Infrastructure;

namespace Actors.Durability;

/// <summary>The database goes away for a while and comes back.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Writes_are_refused_reads_go_on_and_all_is_well_when_it_is_back()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        await using var app = new ActorsApp(await server.CreateDatabaseAsync());
        var user = await app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        (await user.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.OK);

        await server.StopAsync();

        var refused = await user.ReportAsync(id, "cut", 1, key: "during");
        refused.ExpectError(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(refused.Message.Headers.RetryAfter);
        var during = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => user.ReportAsync(id, "cut", 1)));
        Assert.All(during, a => Assert.Equal(HttpStatusCode.ServiceUnavailable, a.Status));
        (await user.GetAsync("/health/live")).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await user.GetAsync("/health/ready")).Status);
        (await user.GetAsync($"/api/v1/work-orders/{Guid.CreateVersion7()}")).ExpectError(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        (await user.GetAsync("/api/v1/work-orders")).ExpectError(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");

        await server.StartAsync();

        await Waiting.UntilAsync(
            async () => (await user.ReportAsync(id, "cut", 1, key: "during")).Status == HttpStatusCode.OK,
            TimeSpan.FromSeconds(30),
            () => "Writes did not come back.");
        Assert.Equal(2, (await user.GetWorkOrderAsync(id)).GetProperty("steps")[0].GetProperty("completedQuantity").GetInt32());
        await Waiting.UntilAsync(
            async () => (await user.GetAsync("/health/ready")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(30), () => "Not ready again.");
    }

    [Fact]
    public async Task A_live_order_is_read_from_memory_while_the_database_is_away()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        await using var app = new ActorsApp(await server.CreateDatabaseAsync());
        var user = await app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await server.StopAsync();

        for (var i = 0; i < 10; i++)
        {
            (await user.GetAsync($"/api/v1/work-orders/{id}")).Expect(HttpStatusCode.OK);
        }
    }
}
