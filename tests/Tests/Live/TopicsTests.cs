using System.Net;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Live;

/// <summary>Several topics on one stream, lists, and long polls, on every store.</summary>
public abstract class TopicsTests : HttpTests
{
    [Fact]
    public async Task A_list_tells_the_changes_of_every_order_that_the_caller_may_see_and_of_no_other()
    {
        var (owner, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());
        await using var feed = await owner.WatchTopicsAsync("work-orders");

        await stranger.CreateWorkOrderAsync();
        var first = await owner.CreateWorkOrderAsync();
        await stranger.CreateWorkOrderAsync();
        var second = await owner.CreateReleasedWorkOrderAsync("cut");

        var seen = await TakeAsync(feed, 3);
        Assert.Equal(
            new[] { $"work-orders/{first} 1", $"work-orders/{second} 1", $"work-orders/{second} 2" }.Order(StringComparer.Ordinal),
            seen.Select(Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_list_resumes_after_any_event_without_a_gap_or_a_repetition()
    {
        var owner = await App.RegisterAsync();
        await using var feed = await owner.WatchTopicsAsync("work-orders");
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => owner.CreateReleasedWorkOrderAsync("cut")));
        await Task.WhenAll(ids.Select(id => owner.ReportAsync(id, "cut", 1)));
        var all = await TakeAsync(feed, 24);

        foreach (var had in new[] { 1, 7, 12, 23 })
        {
            await using var resumed = await owner.WatchTopicsAsync("work-orders", all[had - 1].Id);
            Assert.Equal(
                all.Skip(had).Select(Name).Order(StringComparer.Ordinal),
                (await TakeAsync(resumed, all.Count - had)).Select(Name).Order(StringComparer.Ordinal));
            (await owner.SayAsync(ids[0], "more")).Expect(HttpStatusCode.Created);
            all.Add(await resumed.NextAsync());
            Assert.Equal("message.sent", all[^1].Kind); // it goes on live, with nothing in between
        }
    }

    [Fact]
    public async Task Several_topics_share_a_stream_and_a_token()
    {
        var user = await App.RegisterAsync();
        var (one, other) = (await user.CreateReleasedWorkOrderAsync("cut"), await user.CreateReleasedWorkOrderAsync("cut"));
        var topics = $"work-orders/{one},work-orders/{other}";
        string last;
        await using (var feed = await user.WatchTopicsAsync(topics))
        {
            (await user.ReportAsync(one, "cut", 1)).Expect(HttpStatusCode.OK);
            last = (await feed.NextAsync()).Id;
        }

        (await user.ReportAsync(other, "cut", 1)).Expect(HttpStatusCode.OK);
        (await user.ReportAsync(one, "cut", 1)).Expect(HttpStatusCode.OK);
        await using var resumed = await user.WatchTopicsAsync(topics, last);

        Assert.Equal(
            new[] { $"work-orders/{one} 4", $"work-orders/{other} 3" }.Order(StringComparer.Ordinal),
            (await TakeAsync(resumed, 2)).Select(Name).Order(StringComparer.Ordinal));
        (await user.SendAsync(HttpMethod.Get, $"/api/v1/events?topics=work-orders/{one}", null, ("Last-Event-ID", last)))
            .ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task A_user_is_told_of_his_own_unread_messages_and_of_nobody_elses()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await owner.CreateReleasedWorkOrderAsync("cut");
        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}/steps/cut", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        await using var workers = await worker.WatchTopicsAsync("users/me");
        await using var owners = await owner.WatchTopicsAsync("users/me");

        (await owner.SayAsync(id, "你好")).Expect(HttpStatusCode.Created);
        await UntilUnreadAsync(workers, id, 1);
        (await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 1 })).Expect(HttpStatusCode.OK);
        await UntilUnreadAsync(workers, id, 0);
        (await worker.SayAsync(id, "好")).Expect(HttpStatusCode.Created);
        await UntilUnreadAsync(owners, id, 1); // his own message did not count for him
    }

    [Fact]
    public async Task A_client_that_is_cut_before_the_first_event_resumes_where_it_began()
    {
        var user = await App.RegisterAsync();
        var all = Next((await user.GetAsync("/api/v1/changes?topic=work-orders&wait=0")).Expect(HttpStatusCode.OK));
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        var one = (await user.GetAsync($"/api/v1/changes?topic=work-orders/{id}&wait=0")).Expect(HttpStatusCode.OK);
        Assert.Empty(one.Data.EnumerateArray());
        await PollAsync($"work-orders/{id}", Next(one));

        // The feed of all orders comes a little after the writes.
        Answer page;
        do
        {
            page = (await user.GetAsync($"/api/v1/changes?topic=work-orders&after={all}&wait=20")).Expect(HttpStatusCode.OK);
            all = Next(page);
        }
        while (page.Data.EnumerateArray().LastOrDefault() is not { ValueKind: JsonValueKind.Object } last || last.GetProperty("kind").GetString() != "message.sent");

        await PollAsync("work-orders", all);

        async Task PollAsync(string topic, string after)
        {
            var waiting = user.GetAsync($"/api/v1/changes?topic={topic}&after={after}&wait=20");

            (await user.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.OK);
            (await user.SayAsync(id, "x")).Expect(HttpStatusCode.Created);

            var first = (await waiting).Expect(HttpStatusCode.OK);
            Assert.Equal("progress.reported", first.Data[0].GetProperty("kind").GetString());
            var again = (await user.GetAsync($"/api/v1/changes?topic={topic}&after={after}&limit=1&wait=0")).Expect(HttpStatusCode.OK);
            Assert.Equal("progress.reported", Assert.Single(again.Data.EnumerateArray()).GetProperty("kind").GetString());
            var second = (await user.GetAsync($"/api/v1/changes?topic={topic}&after={Next(again)}&limit=1")).Expect(HttpStatusCode.OK);
            Assert.Equal("message.sent", Assert.Single(second.Data.EnumerateArray()).GetProperty("kind").GetString());
        }
    }

    [Theory]
    [InlineData("events", "VALIDATION_FAILED")]
    [InlineData("events?topics=", "VALIDATION_FAILED")]
    [InlineData("events?topics=weather", "UNKNOWN_TOPIC")]
    [InlineData("events?topics=work-orders/%20", "UNKNOWN_TOPIC")]
    [InlineData("events?topics=inboxes/me", "UNKNOWN_TOPIC")]
    [InlineData("events?topics=work-orders&lastEventId=AAAA", "VALIDATION_FAILED")]
    [InlineData("changes", "VALIDATION_FAILED")]
    [InlineData("changes?topic=weather", "UNKNOWN_TOPIC")]
    [InlineData("changes?topic=work-orders&after=1", "VALIDATION_FAILED")]
    [InlineData("changes?topic=work-orders&wait=26", "VALIDATION_FAILED")]
    [InlineData("changes?topic=work-orders&limit=101", "VALIDATION_FAILED")]
    public async Task A_wrong_request_is_refused_before_the_stream_begins(string path, string code) =>
        (await (await App.RegisterAsync()).GetAsync($"/api/v1/{path}")).ExpectError(HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task Too_many_topics_on_one_stream_are_refused() =>
        (await (await App.RegisterAsync()).GetAsync($"/api/v1/events?topics={string.Join(',', Enumerable.Range(0, LiveOptions.MaxTopics + 1).Select(i => $"work-orders/{i}"))}"))
            .ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

    [Fact]
    public async Task Nobody_watches_another_ones_order_by_any_transport()
    {
        var (owner, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await owner.CreateWorkOrderAsync();

        foreach (var path in new[] { $"events?topics=work-orders/{id}", $"changes?topic=work-orders/{id}&wait=0" })
        {
            (await stranger.GetAsync($"/api/v1/{path}")).ExpectError(HttpStatusCode.NotFound, "WORK_ORDER_NOT_FOUND");
        }
    }

    /// <summary>Reads an inbox until it tells of so many unread messages; it also tells when it begins to count an order.</summary>
    private static async Task UntilUnreadAsync(EventFeed feed, string workOrderId, int unread)
    {
        JsonElement data;
        do
        {
            var item = await feed.NextAsync();
            Assert.Equal(("unread.changed", "users/me"), (item.Kind, item.Data.GetProperty("topic").GetString()));
            data = item.Data.GetProperty("data");
            Assert.Equal(workOrderId, data.GetProperty("workOrderId").GetString());
            Assert.InRange(data.GetProperty("unread").GetInt32(), 0, 1);
        }
        while (data.GetProperty("unread").GetInt32() != unread);
    }

    private static string Next(Answer answer) => Uri.EscapeDataString(answer.Meta.GetProperty("nextCursor").GetString()!);

    private static string Name((string Id, string Kind, JsonElement Data) item) =>
        $"{item.Data.GetProperty("topic").GetString()} {item.Data.GetProperty("version").GetInt64()}";

    private static async Task<List<(string Id, string Kind, JsonElement Data)>> TakeAsync(EventFeed feed, int count)
    {
        var events = new List<(string, string, JsonElement)>();
        while (events.Count < count)
        {
            events.Add(await feed.NextAsync());
        }

        return events;
    }
}

/// <inheritdoc />
public sealed class TopicsOnSqliteTests(SharedApps apps) : TopicsTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class TopicsOnPostgresTests(SharedApps apps, PostgresServer server) : TopicsTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
