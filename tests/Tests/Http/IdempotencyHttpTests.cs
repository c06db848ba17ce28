using System.Net;
using Actors.Infrastructure;

namespace Actors.Http;

/// <summary>Repeating a command with its key, on every store.</summary>
public abstract class IdempotencyHttpTests : HttpTests
{
    [Fact]
    public async Task A_create_repeated_with_its_key_makes_one_order_and_gets_the_same_answer()
    {
        var user = await App.RegisterAsync();
        var order = ActorsClient.NewWorkOrder("cut");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            user.SendAsync(HttpMethod.Post, "/api/v1/work-orders", order, ("Idempotency-Key", "k-1"))));

        Assert.All(answers, a => a.Expect(HttpStatusCode.Created));
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Equal(1, (await user.GetAsync("/api/v1/work-orders")).Meta.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_report_repeated_with_its_key_counts_once_even_after_the_order_is_closed()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");

        var first = (await user.ReportAsync(id, "cut", 10, key: "k")).Expect(HttpStatusCode.OK);
        var second = (await user.ReportAsync(id, "cut", 10, key: "k")).Expect(HttpStatusCode.OK);

        Assert.Equal("completed", first.Data.GetProperty("status").GetString());
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(1, (await user.GetAsync($"/api/v1/work-orders/{id}/progress-logs")).Data.GetArrayLength());
    }

    [Fact]
    public async Task A_key_used_with_another_request_is_refused_and_changes_nothing()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await user.ReportAsync(id, "cut", 1, key: "k");

        (await user.ReportAsync(id, "cut", 2, key: "k")).ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");

        Assert.Equal(1, (await user.GetWorkOrderAsync(id)).GetProperty("steps")[0].GetProperty("completedQuantity").GetInt32());
    }

    [Fact]
    public async Task A_command_whose_effect_still_stands_gets_the_answer_of_the_first_time()
    {
        var user = await App.RegisterAsync();
        var path = $"/api/v1/work-orders/{await user.CreateWorkOrderAsync("cut")}";
        var first = await user.SendAsync(HttpMethod.Patch, path, new { title = "once" }, ("Idempotency-Key", "k"));
        await user.SendAsync(HttpMethod.Patch, path, new { priority = "urgent" });

        Assert.Equal(first.Text, (await user.SendAsync(HttpMethod.Patch, path, new { title = "once" }, ("Idempotency-Key", "k"))).Text);
        (await user.SendAsync(HttpMethod.Patch, path, new { priority = "urgent" }, ("Idempotency-Key", "k")))
            .ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
    }

    [Fact]
    public async Task A_refused_command_does_not_use_its_key_up()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync("cut");
        (await user.ReportAsync(id, "cut", 1, key: "k")).ExpectError(HttpStatusCode.Conflict, "WORK_ORDER_NOT_RUNNING");
        await user.MoveAsync(id, "released");

        (await user.ReportAsync(id, "cut", 1, key: "k")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_users_may_use_the_same_key()
    {
        var (one, two) = (await App.RegisterAsync(), await App.RegisterAsync());

        foreach (var user in new[] { one, two })
        {
            (await user.SendAsync(HttpMethod.Post, "/api/v1/work-orders", ActorsClient.NewWorkOrder(), ("Idempotency-Key", "same"))).Expect(HttpStatusCode.Created);
        }

        Assert.Equal(1, (await one.GetAsync("/api/v1/work-orders")).Meta.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_deletion_is_repeated_with_its_key()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync();

        for (var i = 0; i < 2; i++)
        {
            (await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{id}", null, ("Idempotency-Key", "d"))).Expect(HttpStatusCode.OK);
        }
    }
}

/// <inheritdoc />
public sealed class IdempotencyHttpOnSqliteTests(SharedApps apps) : IdempotencyHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class IdempotencyHttpOnPostgresTests(SharedApps apps, PostgresServer server) : IdempotencyHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
