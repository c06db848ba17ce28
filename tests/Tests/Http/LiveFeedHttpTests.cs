using System.Net;
using Actors.Infrastructure;

namespace Actors.Http;

/// <summary>The live feed of an order, on every store.</summary>
public abstract class LiveFeedHttpTests : HttpTests
{
    [Fact]
    public async Task A_watcher_sees_every_change_once_in_order()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await using var feed = await user.WatchAsync(id, lastEventId: "0");

        await user.ReportAsync(id, "cut", 3);
        await user.SayAsync(id, "你好");

        Assert.Equal(("1", "work-order.created"), Head(await feed.NextAsync()));
        Assert.Equal(("2", "work-order.status-changed"), Head(await feed.NextAsync()));
        var progress = await feed.NextAsync();
        Assert.Equal(("3", "progress.reported"), Head(progress));
        Assert.Equal(
            ($"work-orders/{id}", 3, "progress.reported", user.UserId, 3),
            (progress.Data.GetProperty("topic").GetString(), progress.Data.GetProperty("version").GetInt32(), progress.Data.GetProperty("kind").GetString(),
                progress.Data.GetProperty("actor").GetString(), progress.Data.GetProperty("data").GetProperty("totalCompleted").GetInt32()));
        Assert.Equal(("4", "message.sent"), Head(await feed.NextAsync()));
    }

    [Fact]
    public async Task A_watcher_resumes_after_the_last_event_he_had()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await user.ReportAsync(id, "cut", 1);

        await using var feed = await user.WatchAsync(id, lastEventId: "2");

        Assert.Equal(("3", "progress.reported"), Head(await feed.NextAsync()));
    }

    [Fact]
    public async Task Without_a_last_event_a_watcher_sees_what_comes()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");

        await using var feed = await user.WatchAsync(id);
        await user.ReportAsync(id, "cut", 1);

        Assert.Equal(("3", "progress.reported"), Head(await feed.NextAsync()));
    }

    [Theory]
    [InlineData("9999")]
    [InlineData("-1")]
    [InlineData("x")]
    public async Task An_event_that_has_not_happened_is_nothing_to_resume_after(string lastEventId)
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync();

        (await user.SendAsync(HttpMethod.Get, $"/api/v1/work-orders/{id}/events", null, ("Last-Event-ID", lastEventId)))
            .ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Nobody_watches_an_order_that_he_may_not_see()
    {
        var (owner, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await owner.CreateWorkOrderAsync();

        (await stranger.GetAsync($"/api/v1/work-orders/{id}/events")).ExpectError(HttpStatusCode.NotFound, "WORK_ORDER_NOT_FOUND");
        (await App.Anonymous().GetAsync($"/api/v1/work-orders/{id}/events")).ExpectError(HttpStatusCode.Unauthorized, "UNAUTHENTICATED");
    }

    private static (string Id, string Kind) Head((string Id, string Kind, System.Text.Json.JsonElement Data) item) => (item.Id, item.Kind);
}

/// <inheritdoc />
public sealed class LiveFeedHttpOnSqliteTests(SharedApps apps) : LiveFeedHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class LiveFeedHttpOnPostgresTests(SharedApps apps, PostgresServer server) : LiveFeedHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
