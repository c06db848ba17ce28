using System.Net;
using System.Net.WebSockets;
using Actors.Infrastructure;

namespace Actors.Live;

/// <summary>The live feed over a WebSocket, on every store.</summary>
public abstract class SocketTests : HttpTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_subscribes_to_topics_and_gets_their_changes(bool asBrowser)
    {
        var user = await App.RegisterAsync();
        var (one, other) = (await user.CreateReleasedWorkOrderAsync("cut"), await user.CreateReleasedWorkOrderAsync("cut"));
        await using var socket = await SocketClient.ConnectAsync(App, user, asBrowser);
        Assert.Equal(asBrowser ? "actors.v1" : null, socket.Protocol);

        await socket.SubscribeAsync($"work-orders/{one}", after: "1");
        Assert.Equal("1", (await socket.NextAsync("subscribed")).GetProperty("token").GetString());
        Assert.Equal("2", (await socket.NextAsync("event")).GetProperty("token").GetString());
        await socket.SubscribeAsync($"work-orders/{other}");
        await socket.NextAsync("subscribed");
        (await user.ReportAsync(other, "cut", 1)).Expect(HttpStatusCode.OK);
        var change = await socket.NextAsync("event");
        (await user.ReportAsync(one, "cut", 1)).Expect(HttpStatusCode.OK);
        await socket.NextAsync("event");

        Assert.Equal(($"work-orders/{other}", "3"), (change.GetProperty("topic").GetString(), change.GetProperty("token").GetString()));
        Assert.Equal(
            ($"work-orders/{other}", 3, "progress.reported", user.UserId),
            (change.GetProperty("event").GetProperty("topic").GetString(), change.GetProperty("event").GetProperty("version").GetInt32(),
                change.GetProperty("event").GetProperty("kind").GetString(), change.GetProperty("event").GetProperty("actor").GetString()));
    }

    [Fact]
    public async Task What_is_unsubscribed_is_silent_and_may_be_resumed()
    {
        var user = await App.RegisterAsync();
        var (id, other) = (await user.CreateReleasedWorkOrderAsync("cut"), await user.CreateReleasedWorkOrderAsync("cut"));
        await using var socket = await SocketClient.ConnectAsync(App, user);
        await socket.SubscribeAsync($"work-orders/{id}");
        await socket.NextAsync("subscribed");
        await socket.SubscribeAsync($"work-orders/{other}");
        await socket.NextAsync("subscribed");

        await socket.SendAsync(new { type = "unsubscribe", topic = $"work-orders/{id}" });
        var token = (await socket.NextAsync("unsubscribed")).GetProperty("token").GetString();
        (await user.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.OK);
        (await user.ReportAsync(other, "cut", 1)).Expect(HttpStatusCode.OK);
        Assert.Equal($"work-orders/{other}", (await socket.NextAsync("event")).GetProperty("topic").GetString());

        await socket.SubscribeAsync($"work-orders/{id}", token);
        await socket.NextAsync("subscribed");
        Assert.Equal("3", (await socket.NextAsync("event")).GetProperty("token").GetString());
    }

    [Theory]
    [InlineData("""{"type":"subscribe"}""", "VALIDATION_FAILED")]
    [InlineData("""{"type":"subscribe","topic":"weather"}""", "UNKNOWN_TOPIC")]
    [InlineData("""{"type":"subscribe","topic":"work-orders/"}""", "UNKNOWN_TOPIC")]
    [InlineData("""{"type":"subscribe","topic":"users/somebody"}""", "UNKNOWN_TOPIC")]
    [InlineData("""{"type":"subscribe","topic":"work-orders/nobodys"}""", "WORK_ORDER_NOT_FOUND")]
    [InlineData("""{"type":"subscribe","topic":"work-orders","after":"x"}""", "VALIDATION_FAILED")]
    [InlineData("""{"type":"subscribe","topic":"work-orders","window":0}""", "VALIDATION_FAILED")]
    [InlineData("""{"type":"unsubscribe","topic":"work-orders"}""", "NOT_SUBSCRIBED")]
    [InlineData("""{"type":"ack","topic":"work-orders","token":"1"}""", "NOT_SUBSCRIBED")]
    [InlineData("""{"type":"shout"}""", "VALIDATION_FAILED")]
    [InlineData("""{"type":5}""", "INVALID_JSON")]
    [InlineData("""{"typ":"ping"}""", "UNKNOWN_FIELD")]
    [InlineData("{", "INVALID_JSON")]
    [InlineData("null", "INVALID_JSON")]
    public async Task A_wrong_message_is_told_and_the_socket_goes_on(string message, string code)
    {
        await using var socket = await SocketClient.ConnectAsync(App, await App.RegisterAsync());

        await socket.SendTextAsync(message);

        Assert.Equal(code, (await socket.NextAsync("error")).GetProperty("error").GetProperty("code").GetString());
        await socket.SendAsync(new { type = "ping" });
        await socket.NextAsync("pong");
    }

    [Fact]
    public async Task A_topic_is_subscribed_to_once_and_there_are_not_too_many()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync();
        await using var socket = await SocketClient.ConnectAsync(App, user);
        await socket.SubscribeAsync($"work-orders/{id}");
        await socket.NextAsync("subscribed");

        await socket.SubscribeAsync($"work-orders/{id}");
        Assert.Equal("ALREADY_SUBSCRIBED", (await socket.NextAsync("error")).GetProperty("error").GetProperty("code").GetString());
        for (var more = 1; more < LiveOptions.MaxTopics; more++)
        {
            await socket.SubscribeAsync($"work-orders/{await user.CreateWorkOrderAsync()}");
            await socket.NextAsync("subscribed");
        }

        await socket.SubscribeAsync("work-orders");
        Assert.Equal("TOO_MANY_TOPICS", (await socket.NextAsync("error")).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_message_that_is_too_long_or_binary_ends_the_socket()
    {
        var user = await App.RegisterAsync();
        await using var loud = await SocketClient.ConnectAsync(App, user);
        await using var binary = await SocketClient.ConnectAsync(App, user);

        await loud.SendTextAsync(new string(' ', 20_000));
        await binary.SendTextAsync("{}", WebSocketMessageType.Binary);

        Assert.Null(await loud.NextOrEndAsync());
        Assert.Null(await binary.NextOrEndAsync());
        Assert.Equal((WebSocketCloseStatus.MessageTooBig, WebSocketCloseStatus.InvalidMessageType), (loud.CloseStatus, binary.CloseStatus));
    }

    [Fact]
    public async Task A_topic_closes_when_it_is_no_longer_visible_or_deleted()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var (id, draft) = (await owner.CreateReleasedWorkOrderAsync("cut"), await owner.CreateWorkOrderAsync());
        await AssignAsync(owner, id, worker.UserId);
        await using var workers = await SocketClient.ConnectAsync(App, worker);
        await using var owners = await SocketClient.ConnectAsync(App, owner);
        await workers.SubscribeAsync($"work-orders/{id}");
        await workers.NextAsync("subscribed");
        await owners.SubscribeAsync($"work-orders/{draft}");
        await owners.NextAsync("subscribed");

        await AssignAsync(owner, id, null);
        await owner.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{draft}");

        var closed = await workers.NextAsync("closed");
        Assert.Equal("NOT_VISIBLE", closed.GetProperty("event").GetProperty("data").GetProperty("code").GetString());
        Assert.Equal("work-order.deleted", (await owners.NextAsync("event")).GetProperty("event").GetProperty("kind").GetString());
        await owners.SendAsync(new { type = "unsubscribe", topic = $"work-orders/{draft}" });
        await owners.NextAsync("error"); // it ended by itself
    }

    [Fact]
    public async Task Without_a_token_or_without_a_socket_nobody_connects()
    {
        var user = await App.RegisterAsync();
        (await user.GetAsync("/api/v1/live")).ExpectError(HttpStatusCode.UpgradeRequired, "UPGRADE_REQUIRED");
        user.Token = "not.a.token";

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SocketClient.ConnectAsync(App, user));

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    private static async Task AssignAsync(ActorsClient owner, string id, string? assigneeId) =>
        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}/steps/cut", new { assigneeId })).Expect(HttpStatusCode.OK);
}

/// <inheritdoc />
public sealed class SocketOnSqliteTests(SharedApps apps) : SocketTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class SocketOnPostgresTests(SharedApps apps, PostgresServer server) : SocketTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
