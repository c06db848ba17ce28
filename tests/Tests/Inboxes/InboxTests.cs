using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Inboxes;

/// <summary>Inboxes follow the chats of orders, on every store.</summary>
public abstract class InboxTests : HttpTests
{
    [Fact]
    public async Task Unread_by_events_equals_a_recount_after_whatever_users_did_at_once()
    {
        var factory = $"factory-{Guid.CreateVersion7():n}";
        var (owner, worker, manager) = (await App.RegisterAsync(), await App.RegisterAsync(), await App.ManagerAsync(factory));
        var orders = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add(await OrderAsync(owner, worker, factory));
        }

        await Task.WhenAll(
            TalkAsync(owner, orders, new Random(1)),
            TalkAsync(owner, orders, new Random(2)),
            TalkAsync(worker, orders, new Random(3)),
            TalkAsync(worker, orders, new Random(4)),
            TalkAsync(manager, orders, new Random(5)),
            ReassignAsync(owner, worker, orders, factory));
        await App.UntilHandledAsync();

        foreach (var user in new[] { owner, worker, manager })
        {
            var counted = await CountedAsync(user);
            var inbox = await App.InboxAsync(user);
            Assert.Equal(counted.Total, inbox.Total);
            Assert.Equal(counted.Orders, inbox.WorkOrders.ToDictionary(o => o.WorkOrderId, o => o.Unread, StringComparer.Ordinal));
            Assert.Equal(inbox.Total, inbox.WorkOrders.Sum(o => o.Unread));
        }
    }

    [Fact]
    public async Task The_inbox_tells_each_of_its_changes_and_its_snapshot_is_where_they_lead()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await OrderAsync(owner, worker);
        await owner.SayAsync(id, "1");
        await owner.SayAsync(id, "2");
        await App.UntilHandledAsync();
        (await worker.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 1 })).Expect(HttpStatusCode.OK);
        await App.UntilHandledAsync();

        var page = await App.AsAsync(
            new() { UserId = worker.UserId },
            grains => grains.GetGrain<IInboxGrain>(worker.UserId).ReadChanges(0, 100, TestContext.Current.CancellationToken));
        var inbox = await App.InboxAsync(worker);

        Assert.Equal(Enumerable.Range(1, page.Changes.Length).Select(v => (long)v), page.Changes.Select(c => c.Version));
        Assert.Equal(inbox.Version, page.Version);
        Assert.All(page.Changes, c => Assert.Equal((InboxEvents.UnreadChanged, $"inboxes/{worker.UserId}"), (c.Kind, c.Topic)));
        Assert.All(page.Changes, c => Assert.True(Audience.Includes(c, new() { UserId = worker.UserId })));
        Assert.All(page.Changes, c => Assert.False(Audience.Includes(c, new() { UserId = owner.UserId })));
        var last = JsonSerializer.Deserialize(page.Changes[^1].Data, InboxEventsJson.Default.UnreadChanged);
        Assert.Equal(new UnreadChanged(id, Unread: 1, Total: 1, LastReadSequence: 1), last);
        Assert.Equal((1L, 1L, 1L), (inbox.Total, inbox.WorkOrders[0].Unread, inbox.WorkOrders[0].LastReadSequence));
    }

    [Fact]
    public async Task Whoever_does_not_work_on_an_order_any_more_has_it_no_longer_in_his_inbox()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await OrderAsync(owner, worker);
        await owner.SayAsync(id, "1");
        await App.UntilHandledAsync();
        Assert.Equal(1, (await App.InboxAsync(worker)).Total);

        await AssignAsync(owner, id, null);
        await owner.SayAsync(id, "2");
        await App.UntilHandledAsync();
        Assert.Equal(0, (await App.InboxAsync(worker)).Total);

        await AssignAsync(owner, id, worker.UserId);
        await App.UntilHandledAsync();
        Assert.Equal(2, (await App.InboxAsync(worker)).Total);
    }

    [Fact]
    public async Task A_manager_who_has_read_an_order_hears_of_its_messages_as_long_as_he_sees_it()
    {
        var factory = $"factory-{Guid.CreateVersion7():n}";
        var (owner, manager, admin) = (await App.RegisterAsync(), await App.ManagerAsync(factory), await App.AdminAsync());
        var id = await OrderAsync(owner, owner, factory);
        await owner.SayAsync(id, "1");
        await App.UntilHandledAsync();
        Assert.Equal(0, (await App.InboxAsync(manager)).Total); // He never looked at it.

        (await manager.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = 1 })).Expect(HttpStatusCode.OK);
        await owner.SayAsync(id, "2");
        await App.UntilHandledAsync();
        Assert.Equal(1, (await App.InboxAsync(manager)).Total);

        await SetAccessAsync(admin, manager, "operator", null);
        await App.UntilHandledAsync();
        Assert.Equal(0, (await App.InboxAsync(manager)).Total);

        await SetAccessAsync(admin, manager, "manager", factory);
        await App.UntilHandledAsync();
        Assert.Equal(1, (await App.InboxAsync(manager)).Total);

        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}", new { targetFactoryId = "another" })).Expect(HttpStatusCode.OK);
        await App.UntilHandledAsync();
        Assert.Equal(0, (await App.InboxAsync(manager)).Total);
    }

    [Fact]
    public async Task A_deleted_order_leaves_the_inboxes()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await OrderAsync(owner, worker);
        await owner.SayAsync(id, "1");
        await App.UntilHandledAsync();
        Assert.Equal(1, (await App.InboxAsync(worker)).Total);

        (await owner.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{id}")).Expect(HttpStatusCode.OK);
        await App.UntilHandledAsync();

        var inbox = await App.InboxAsync(worker);
        Assert.Equal(0, inbox.Total);
        Assert.Empty(inbox.WorkOrders);
    }

    [Fact]
    public async Task An_inbox_is_for_its_user_and_administrators_and_only_the_system_updates_it()
    {
        var user = await App.RegisterAsync();
        var id = user.UserId;
        var cancel = TestContext.Current.CancellationToken;
        var change = new InboxChange { WorkOrderId = "order", Version = 1, UserId = "anna", Sequence = 1 };

        await App.AsAsync(new() { UserId = "admin", Role = UserRole.Admin }, grains => grains.GetGrain<IInboxGrain>(id).Get(cancel));
        await RefusedAsync(ErrorKind.NotFound, new() { UserId = "stranger" }, grains => grains.GetGrain<IInboxGrain>(id).Get(cancel));
        await RefusedAsync(ErrorKind.NotFound, new() { UserId = "stranger" }, grains => grains.GetGrain<IInboxGrain>(id).ReadChanges(0, 1, cancel));
        await RefusedAsync(ErrorKind.Forbidden, new() { UserId = id }, grains => grains.GetGrain<IInboxUpdates>(id).Apply(change));
        await RefusedAsync(
            ErrorKind.Forbidden, new() { UserId = "admin", Role = UserRole.Admin }, grains => grains.GetGrain<IInboxUpdates>(id).Recount(["order"]));
    }

    private async Task RefusedAsync(ErrorKind kind, Caller caller, Func<IGrainFactory, Task> call)
    {
        Caller.Current = caller;
        var refusal = await Assert.ThrowsAsync<AppException>(() => call(App.Services.GetRequiredService<IGrainFactory>()));
        Assert.Equal(kind, refusal.Kind);
    }

    private static async Task TalkAsync(ActorsClient user, List<string> orders, Random random)
    {
        var mine = new List<(string Order, string Message)>();
        for (var i = 0; i < 50; i++)
        {
            var id = orders[random.Next(orders.Count)];
            var answer = random.Next(10) switch
            {
                < 6 => await user.SayAsync(id, $"{i}"),
                < 8 when mine.Count > 0 && mine[random.Next(mine.Count)] is var (order, message) =>
                    await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{order}/messages/{message}"),
                _ => await user.PostAsync($"/api/v1/work-orders/{id}/messages/read", new { sequence = random.Next(0, 40) }),
            };

            // Beyond the end of the chat, or not assigned at the moment.
            Assert.True((int)answer.Status < 300 || answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, answer.Text);
            if (answer.Status == HttpStatusCode.Created)
            {
                mine.Add((id, answer.Data.GetProperty("id").GetString()!));
            }
        }
    }

    private static async Task ReassignAsync(ActorsClient owner, ActorsClient worker, List<string> orders, string factory)
    {
        for (var i = 0; i < 12; i++)
        {
            var id = orders[i % orders.Count];
            await AssignAsync(owner, id, i / orders.Count % 2 == 0 ? null : worker.UserId);
            (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}", new { targetFactoryId = i % 5 == 4 ? "another" : factory }))
                .Expect(HttpStatusCode.OK);
        }
    }

    private static async Task<(long Total, Dictionary<string, long> Orders)> CountedAsync(ActorsClient user)
    {
        var unread = (await user.GetAsync("/api/v1/work-orders/unread")).Expect(HttpStatusCode.OK).Data;
        return (
            unread.GetProperty("total").GetInt64(),
            unread.GetProperty("workOrders").EnumerateArray().ToDictionary(
                o => o.GetProperty("workOrderId").GetString()!, o => o.GetProperty("unread").GetInt64(), StringComparer.Ordinal));
    }

    private static async Task<string> OrderAsync(ActorsClient owner, ActorsClient worker, string? factory = null)
    {
        var order = ActorsClient.NewWorkOrder("cut");
        order["targetFactoryId"] = factory;
        order["steps"]![0]!["assigneeId"] = worker.UserId;
        return (await owner.PostAsync("/api/v1/work-orders", order)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
    }

    private static async Task AssignAsync(ActorsClient owner, string id, string? assigneeId) =>
        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}/steps/cut", new { assigneeId })).Expect(HttpStatusCode.OK);

    private static async Task SetAccessAsync(ActorsClient admin, ActorsClient user, string role, string? factoryId) =>
        (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{user.UserId}/access", new { role, factoryId })).Expect(HttpStatusCode.OK);
}

/// <inheritdoc />
public sealed class InboxOnSqliteTests(SharedApps apps) : InboxTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class InboxOnPostgresTests(SharedApps apps, PostgresServer server) : InboxTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
