using System.Net;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Http;

/// <summary>Lists of work orders over HTTP, on every store.</summary>
public abstract class WorkOrderListHttpTests : HttpTests
{
    [Fact]
    public async Task A_list_shows_what_the_caller_may_see_and_no_more()
    {
        var factory = $"f-{Guid.CreateVersion7():n}";
        var (owner, worker, stranger) = (await App.RegisterAsync(), await App.RegisterAsync(), await App.RegisterAsync());
        var (manager, other, admin) = (await App.ManagerAsync(factory), await App.ManagerAsync("elsewhere"), await App.AdminAsync());
        var order = ActorsClient.NewWorkOrder("cut");
        order["targetFactoryId"] = factory;
        order["steps"]![0]!["assigneeId"] = worker.UserId;
        var id = (await owner.PostAsync("/api/v1/work-orders", order)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();

        foreach (var (user, sees) in new[] { (owner, true), (worker, true), (manager, true), (admin, true), (stranger, false), (other, false) })
        {
            var list = await ListAsync(user, $"ownerId={owner.UserId}");
            Assert.Equal(sees ? [id] : [], list.Select(o => o.GetProperty("id").GetString()));
        }
    }

    [Fact]
    public async Task A_list_is_filtered_by_each_condition_and_by_all_together()
    {
        var (user, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var plain = await user.CreateWorkOrderAsync("cut");
        var order = ActorsClient.NewWorkOrder("cut");
        (order["title"], order["priority"], order["targetFactoryId"]) = ("加急订单 50%_off", "urgent", "f-1");
        order["steps"]![0]!["assigneeId"] = worker.UserId;
        var urgent = (await user.PostAsync("/api/v1/work-orders", order)).Data.GetProperty("id").GetString()!;
        await user.MoveAsync(urgent, "released");

        foreach (var filter in new[]
        {
            "status=released", "priority=urgent,high", "factoryId=f-1", $"assigneeId={worker.UserId}", "q=急订", "q=50%25_OFF",
            $"status=released&priority=urgent&q=订单&ownerId={user.UserId}&from=2020-01-01T00:00:00Z",
        })
        {
            Assert.Equal([urgent], (await ListAsync(user, filter)).Select(o => o.GetProperty("id").GetString()));
        }

        Assert.Equal([plain], (await ListAsync(user, "status=draft,paused&q=gearbox")).Select(o => o.GetProperty("id").GetString()));
        Assert.Empty(await ListAsync(user, "to=2020-01-01T00:00:00Z"));
        Assert.Empty(await ListAsync(user, "q=50%25x"));
    }

    [Fact]
    public async Task A_title_is_found_as_it_is_written_in_any_alphabet()
    {
        var user = await App.RegisterAsync();
        var order = ActorsClient.NewWorkOrder();
        order["title"] = "ÖLWANNE Заказ";
        var id = (await user.PostAsync("/api/v1/work-orders", order)).Data.GetProperty("id").GetString()!;

        foreach (var text in new[] { "ÖLWANNE", "Ölwanne", "Заказ" })
        {
            Assert.Equal([id], (await ListAsync(user, $"q={Uri.EscapeDataString(text)}")).Select(IdOf));
        }
    }

    [Fact]
    public async Task Pages_by_number_and_by_cursor_show_every_order_once_in_every_sort()
    {
        var user = await App.RegisterAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var order = ActorsClient.NewWorkOrder();
            order["priority"] = i % 2 == 0 ? "low" : "high";
            order["endAt"] = i % 3 == 0 ? null : $"2027-01-0{i}T00:00:00Z";
            ids.Add((await user.PostAsync("/api/v1/work-orders", order)).Data.GetProperty("id").GetString()!);
        }

        foreach (var sort in new[] { "createdAt", "updatedAt", "endAt", "priority", "code" }.SelectMany(s => new[] { s, $"-{s}" }))
        {
            var whole = await ListAsync(user, $"sort={sort}&limit=100");
            Assert.Equal(ids.Order(StringComparer.Ordinal), whole.Select(IdOf).Order(StringComparer.Ordinal));

            var byPage = new List<string>();
            for (var page = 1; page <= 3; page++)
            {
                var answer = (await user.GetAsync($"/api/v1/work-orders?sort={sort}&limit=3&page={page}")).Expect(HttpStatusCode.OK);
                byPage.AddRange(answer.Data.EnumerateArray().Select(IdOf));
                Assert.Equal((page, 3, 7), (answer.Meta.GetProperty("page").GetInt32(), answer.Meta.GetProperty("limit").GetInt32(), answer.Meta.GetProperty("total").GetInt32()));
            }

            Assert.Equal(whole.Select(IdOf), byPage);
            Assert.Equal(byPage, await ByCursorAsync(user, sort));
        }
    }

    [Fact]
    public async Task A_page_has_20_rows_by_default()
    {
        var user = await App.RegisterAsync();
        await Task.WhenAll(Enumerable.Range(0, 21).Select(_ => user.CreateWorkOrderAsync()));

        var list = (await user.GetAsync("/api/v1/work-orders")).Expect(HttpStatusCode.OK);

        Assert.Equal(20, list.Data.GetArrayLength());
        Assert.Equal((1, 20, 21), (list.Meta.GetProperty("page").GetInt32(), list.Meta.GetProperty("limit").GetInt32(), list.Meta.GetProperty("total").GetInt32()));
    }

    [Theory]
    [InlineData("cursor=nonsense", "INVALID_CURSOR")]
    [InlineData("cursor=e30", "INVALID_CURSOR")]
    [InlineData("cursor=Q3JlYXRlZEF0fGRlc2N8NjM4MDAwMDAwMDAwMDAwMDAwfAA", "INVALID_CURSOR")] // CreatedAt|desc|638000000000000000|U+0000
    [InlineData("sort=code&cursor=Q29kZXxhc2N8MDB8eA", "INVALID_CURSOR")] // Code|asc|00|x
    [InlineData("limit=0", "VALIDATION_FAILED")]
    [InlineData("limit=101", "VALIDATION_FAILED")]
    [InlineData("limit=x", "VALIDATION_FAILED")]
    [InlineData("page=0", "VALIDATION_FAILED")]
    [InlineData("page=99999999", "VALIDATION_FAILED")]
    [InlineData("status=nonsense", "VALIDATION_FAILED")]
    [InlineData("priority=1", "VALIDATION_FAILED")]
    [InlineData("sort=title", "VALIDATION_FAILED")]
    [InlineData("from=yesterday", "VALIDATION_FAILED")]
    [InlineData("q=%00", "VALIDATION_FAILED")]
    public async Task A_wrong_condition_is_named(string query, string code) =>
        (await (await App.RegisterAsync()).GetAsync($"/api/v1/work-orders?{query}")).ExpectError(HttpStatusCode.BadRequest, code);

    [Fact]
    public async Task A_cursor_of_another_sort_is_refused()
    {
        var user = await App.RegisterAsync();
        await user.CreateWorkOrderAsync();
        await user.CreateWorkOrderAsync();
        var cursor = (await user.GetAsync("/api/v1/work-orders?limit=1&sort=code")).Meta.GetProperty("nextCursor").GetString();

        (await user.GetAsync($"/api/v1/work-orders?limit=1&sort=-code&cursor={cursor}")).ExpectError(HttpStatusCode.BadRequest, "INVALID_CURSOR");
    }

    private static async Task<List<string>> ByCursorAsync(ActorsClient user, string sort)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var answer = (await user.GetAsync($"/api/v1/work-orders?sort={sort}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(HttpStatusCode.OK);
            ids.AddRange(answer.Data.EnumerateArray().Select(IdOf));
            cursor = answer.Meta.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        return ids;
    }

    private static string IdOf(JsonElement order) => order.GetProperty("id").GetString()!;

    private static async Task<List<JsonElement>> ListAsync(ActorsClient user, string query) =>
        [.. (await user.GetAsync($"/api/v1/work-orders?{query}")).Expect(HttpStatusCode.OK).Data.EnumerateArray()];
}

/// <inheritdoc />
public sealed class WorkOrderListHttpOnSqliteTests(SharedApps apps) : WorkOrderListHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class WorkOrderListHttpOnPostgresTests(SharedApps apps, PostgresServer server) : WorkOrderListHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
