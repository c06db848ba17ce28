using System.Collections.Concurrent;
using System.Net;
using Actors.Cluster;
using Actors.Infrastructure;
using Npgsql;

namespace Actors.Inboxes;

/// <summary>Silos are killed while users talk: every message counts in every inbox, and once.</summary>
public sealed class InboxKillTests(PostgresServer server)
{
    private const int Orders = 4;
    private const int TalkersPerUser = 2;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly ConcurrentDictionary<(string Order, string Author), int> _sent = new();
    private int _total;

    [Fact]
    public async Task No_message_is_lost_to_an_inbox_and_none_counts_twice_when_silos_are_killed()
    {
        var database = await server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await using var cluster = await ActorsCluster.StartAsync(database, silos: 2, frontends: 1);
        var users = new List<ActorsClient>();
        for (var i = 0; i < 3; i++)
        {
            users.Add(new ActorsClient(cluster.Frontends[0].Client));
            (await users[^1].RegisterAsync()).Expect(HttpStatusCode.Created);
        }

        var orders = await OrdersWithRowsAsync(users, source);
        var before = await RowsAsync(source);
        Assert.Equal(orders.Count * users.Count, before.Count);

        using var enough = new CancellationTokenSource();
        var talkers = users.SelectMany(user => Enumerable.Range(0, TalkersPerUser).Select(i => TalkAsync(user, orders, i, enough.Token))).ToList();
        await MoreAsync(150);
        await cluster.Silos[0].KillAsync();
        await MoreAsync(150);
        await cluster.LaunchSilo().UntilReadyAsync();
        await cluster.Silos[1].KillAsync();
        await MoreAsync(150);
        await enough.CancelAsync();
        await Task.WhenAll(talkers);
        await UntilHandledAsync(source);

        var after = await RowsAsync(source);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(after, row =>
        {
            var (user, order) = row.Key;
            var fromOthers = _sent.Where(s => s.Key.Order == order && s.Key.Author != user).Sum(s => s.Value);
            Assert.Equal(before[row.Key].Handled + fromOthers, row.Value.Handled);
            Assert.Equal(before[row.Key].Unread + fromOthers, row.Value.Unread);
        });
        Assert.Equal(0, await CountAsync(source,
            """
            select count(*) from inboxes i
            where i.unread <> (select sum(unread) from inbox_work_orders r where r.user_id = i.id)
               or i.version <> (select count(*) from change_events e where e.topic = 'inboxes/' || i.id)
            """));
        Assert.Equal(0, await CountAsync(source, "select count(*) from change_log_dead_letters"));
    }

    /// <summary>Orders in which all users take part and have said something, so that each has a row for each.</summary>
    private static async Task<List<string>> OrdersWithRowsAsync(List<ActorsClient> users, NpgsqlDataSource source)
    {
        var orders = new List<string>();
        for (var i = 0; i < Orders; i++)
        {
            var order = ActorsClient.NewWorkOrder("cut", "weld");
            order["steps"]![0]!["assigneeId"] = users[1].UserId;
            order["steps"]![1]!["assigneeId"] = users[2].UserId;
            var created = await new RetryingClient(users[0]).PostAsync("/api/v1/work-orders", order);
            orders.Add(created.Data.GetProperty("id").GetString()!);
            foreach (var user in users.Take(2))
            {
                await SayAsync(new RetryingClient(user), orders[i]);
            }
        }

        await UntilHandledAsync(source);
        return orders;
    }

    private async Task TalkAsync(ActorsClient user, List<string> orders, int seed, CancellationToken enough)
    {
        var random = new Random(seed);
        var client = new RetryingClient(user);
        while (!enough.IsCancellationRequested)
        {
            var order = orders[random.Next(orders.Count)];
            await SayAsync(client, order);
            _sent.AddOrUpdate((order, user.UserId), 1, (_, count) => count + 1);
            Interlocked.Increment(ref _total);
        }
    }

    private static Task<Answer> SayAsync(RetryingClient user, string order) =>
        user.PostAsync($"/api/v1/work-orders/{order}/messages", new { messageType = "text", payload = new { text = "news" } });

    private Task MoreAsync(int count)
    {
        var target = Volatile.Read(ref _total) + count;
        return Waiting.UntilAsync(() => Task.FromResult(Volatile.Read(ref _total) >= target), Deadline, () => $"Only {_total} messages of {target}.");
    }

    private static Task UntilHandledAsync(NpgsqlDataSource source) => Waiting.UntilAsync(
        async () => await CountAsync(source,
            """
            select count(*) from change_events e
            left join change_log_checkpoints c on c.consumer = 'streams' and c.partition = e.partition
            where c.partition is null or (e.xid, e.position) > (c.xid, c.position)
            """) == 0,
        Deadline,
        () => "Not every change was handled.");

    private static async Task<Dictionary<(string User, string Order), (long Handled, long Unread)>> RowsAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select user_id, work_order_id, handled, unread from inbox_work_orders");
        await using var row = await command.ExecuteReaderAsync();
        var rows = new Dictionary<(string, string), (long, long)>();
        while (await row.ReadAsync())
        {
            rows.Add((row.GetString(0), row.GetString(1)), (row.GetInt64(2), row.GetInt64(3)));
        }

        return rows;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
#pragma warning disable CA2100 // constants of this class
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
