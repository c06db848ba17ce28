using System.Net;
using System.Net.WebSockets;
using Actors.Infrastructure;
using Microsoft.Data.Sqlite;

namespace Actors.Live;

/// <summary>What ends a feed, and how a client begins again.</summary>
public sealed class LiveLimitsTests
{
    [Fact]
    public async Task A_token_older_than_the_log_gets_a_reset_with_the_order_as_it_is_and_goes_on()
    {
        await using var app = new ActorsApp();
        var user = await app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        (await user.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.OK);
        await DropChangesAsync(app, id, upTo: 2);

        await using var feed = await user.WatchAsync(id, lastEventId: "1");

        var reset = await feed.NextAsync();
        Assert.Equal(("3", "reset"), (reset.Id, reset.Kind));
        Assert.Equal("in_progress", reset.Data.GetProperty("data").GetProperty("status").GetString());
        (await user.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.OK);
        Assert.Equal("4", (await feed.NextAsync()).Id);
        await using var recent = await user.WatchAsync(id, lastEventId: "2");
        Assert.Equal("progress.reported", (await recent.NextAsync()).Kind);
    }

    [Fact]
    public async Task A_client_that_does_not_keep_up_is_cut_and_resumes_without_a_gap()
    {
        await using var app = new ActorsApp(settings: ("Live:Buffer", "4"));
        var user = await app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await using var socket = await SocketClient.ConnectAsync(app, user);
        await socket.SubscribeAsync($"work-orders/{id}", window: 1);
        await socket.NextAsync("subscribed");

        // One is sent and not acknowledged, one waits for its ack, the buffer takes some: then the feed is cut.
        for (var i = 0; i < 20; i++)
        {
            (await user.SayAsync(id, $"{i}")).Expect(HttpStatusCode.Created);
        }

        var version = 2L;
        var last = "";
        while (await socket.NextOrEndAsync() is { } message && message.GetProperty("type").GetString() == "event")
        {
            last = message.GetProperty("token").GetString()!;
            Assert.Equal(++version, message.GetProperty("event").GetProperty("version").GetInt64());
            await socket.SendAsync(new { type = "ack", topic = $"work-orders/{id}", token = last });
        }

        Assert.InRange(version, 4, 21);
        await socket.SubscribeAsync($"work-orders/{id}", last);
        await socket.NextAsync("subscribed");
        while (version < 22)
        {
            Assert.Equal(++version, (await socket.NextAsync("event")).GetProperty("event").GetProperty("version").GetInt64());
        }
    }

    [Fact]
    public async Task A_user_has_only_so_many_connections_and_gets_them_back()
    {
        await using var app = new ActorsApp(settings: ("Live:MaxConnectionsPerUser", "2"));
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        var id = await user.CreateWorkOrderAsync();
        await using var one = await user.WatchAsync(id);
        var two = await user.WatchAsync(id);

        (await user.GetAsync($"/api/v1/work-orders/{id}/events")).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_CONNECTIONS");
        (await other.GetAsync("/api/v1/changes?topic=work-orders&wait=0")).Expect(HttpStatusCode.OK);

        await two.DisposeAsync();
        await Waiting.UntilAsync(
            async () => (await user.GetAsync("/api/v1/changes?topic=work-orders&wait=0")).Status == HttpStatusCode.OK,
            TimeSpan.FromSeconds(20),
            () => "The place was not given back.");
    }

    [Fact]
    public async Task A_full_process_takes_no_more_connections()
    {
        await using var app = new ActorsApp(settings: ("Live:MaxConnections", "1"));
        var (user, other) = (await app.RegisterAsync(), await app.RegisterAsync());
        await using var one = await user.WatchTopicsAsync("work-orders");

        (await other.GetAsync("/api/v1/changes?topic=work-orders&wait=0")).ExpectError(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
    }

    [Fact]
    public async Task A_feed_ends_with_the_token_of_its_caller()
    {
        await using var app = new ActorsApp(settings: ("Jwt:Lifetime", "00:00:06"));
        var user = await app.RegisterAsync();
        await using var feed = await user.WatchTopicsAsync("work-orders");
        await using var socket = await SocketClient.ConnectAsync(app, user);

        Assert.False(await feed.NextOrEndAsync());
        Assert.Null(await socket.NextOrEndAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
    }

    private static async Task DropChangesAsync(ActorsApp app, string id, long upTo)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(app.Folder, "actors.db")}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "delete from change_events where topic = @topic and version <= @version";
        command.Parameters.AddWithValue("@topic", $"work-orders/{id}");
        command.Parameters.AddWithValue("@version", upTo);
        Assert.Equal(upTo, await command.ExecuteNonQueryAsync());
    }
}
