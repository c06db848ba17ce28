using System.Net;
using Actors.Infrastructure;

namespace Actors.Http;

/// <summary>An order's chat over HTTP, on every store.</summary>
public abstract class ChatHttpTests : HttpTests
{
    [Fact]
    public async Task Messages_are_numbered_without_gaps_and_read_after_a_sequence()
    {
        var (owner, worker, id) = await OrderWithWorkerAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? owner : worker).SayAsync(id, $"消息 {i}")));

        var all = (await owner.GetAsync($"/api/v1/work-orders/{id}/messages?limit=100")).Expect(HttpStatusCode.OK).Data;
        var rest = (await worker.GetAsync($"/api/v1/work-orders/{id}/messages?after=15")).Data;

        Assert.Equal(Enumerable.Range(1, 20), all.EnumerateArray().Select(m => m.GetProperty("sequence").GetInt32()));
        Assert.Equal(Enumerable.Range(16, 5), rest.EnumerateArray().Select(m => m.GetProperty("sequence").GetInt32()));
        Assert.StartsWith("消息", all[0].GetProperty("payload").GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_sent_again_is_the_same_message()
    {
        var (owner, _, id) = await OrderWithWorkerAsync();

        var sent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => owner.SayAsync(id, "once", "client-1")));

        Assert.Single(sent.Select(a => a.Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()).Distinct());
        Assert.Equal(1, (await owner.GetAsync($"/api/v1/work-orders/{id}/messages")).Data.GetArrayLength());
        (await owner.SayAsync(id, "other words", "client-1")).ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
    }

    [Theory]
    [InlineData("1e-20000")]
    [InlineData("1e-400")]
    [InlineData("1e400")]
    public async Task A_number_that_no_reader_could_take_is_refused(string number)
    {
        var (owner, _, id) = await OrderWithWorkerAsync();
        var body = """{"messageType":"text","payload":{"a":""" + number + "}}";

        (await owner.SendTextAsync(HttpMethod.Post, $"/api/v1/work-orders/{id}/messages", body, "application/json"))
            .ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Unread_counts_what_others_said_since_it_was_read()
    {
        var (owner, worker, id) = await OrderWithWorkerAsync();
        await owner.SayAsync(id, "1");
        await owner.SayAsync(id, "2");
        await worker.SayAsync(id, "3");

        Assert.Equal((2, 1), (await UnreadAsync(worker), await UnreadAsync(owner)));
        var read = (await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 1 })).Expect(HttpStatusCode.OK).Data;
        Assert.Equal((1, 1), (read.GetProperty("lastReadSequence").GetInt32(), read.GetProperty("unread").GetInt32()));
        Assert.Equal(1, await UnreadAsync(worker));
        await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 3 });
        await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 1 });
        Assert.Equal(0, await UnreadAsync(worker));
        (await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 4 })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Who_may_no_longer_see_an_order_is_not_told_of_its_messages()
    {
        var (owner, worker, id) = await OrderWithWorkerAsync();
        await owner.SayAsync(id, "1");
        await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 1 });
        await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}/steps/cut", new { assigneeId = (string?)null });

        await owner.SayAsync(id, "2");

        Assert.Equal(0, await UnreadAsync(worker));
    }

    [Fact]
    public async Task A_message_is_edited_and_deleted_by_its_author_only()
    {
        var (owner, worker, id) = await OrderWithWorkerAsync();
        var message = (await worker.SayAsync(id, "first")).Data.GetProperty("id").GetString();
        var path = $"/api/v1/work-orders/{id}/messages/{message}";

        (await owner.SendAsync(HttpMethod.Patch, path, new { payload = new { text = "x" } })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await worker.SendAsync(HttpMethod.Patch, path, new { payload = new { text = "改" } })).Expect(HttpStatusCode.OK);
        (await worker.SendAsync(HttpMethod.Delete, path)).Expect(HttpStatusCode.OK);

        var seen = (await owner.GetAsync($"/api/v1/work-orders/{id}/messages")).Data[0];
        Assert.True(seen.TryGetProperty("deletedAt", out _));
        Assert.False(seen.TryGetProperty("payload", out var payload) && payload.ValueKind == System.Text.Json.JsonValueKind.Object);
    }

    private async Task<(ActorsClient Owner, ActorsClient Worker, string Id)> OrderWithWorkerAsync()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await owner.CreateWorkOrderAsync("cut");
        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}/steps/cut", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        return (owner, worker, id);
    }

    private static async Task<int> UnreadAsync(ActorsClient user) =>
        (await user.GetAsync("/api/v1/work-orders/unread")).Expect(HttpStatusCode.OK).Data.GetProperty("total").GetInt32();
}

/// <inheritdoc />
public sealed class ChatHttpOnSqliteTests(SharedApps apps) : ChatHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class ChatHttpOnPostgresTests(SharedApps apps, PostgresServer server) : ChatHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
