using System.Net;
using Actors.Infrastructure;

namespace Actors.Http;

/// <summary>Work orders over HTTP, on every store.</summary>
public abstract class WorkOrderHttpTests : HttpTests
{
    [Fact]
    public async Task An_order_is_created_with_a_code_of_its_own_and_read_again()
    {
        var user = await App.RegisterAsync();

        var created = (await user.PostAsync("/api/v1/work-orders", ActorsClient.NewWorkOrder("cut", "weld"))).Expect(HttpStatusCode.Created);
        var read = (await user.GetAsync(created.Message.Headers.Location!.ToString())).Expect(HttpStatusCode.OK);

        Assert.Matches(@"^WO-\d{4}-\d{6}$", created.Data.GetProperty("code").GetString());
        Assert.Equal(created.Data.ToString(), read.Data.ToString());
        Assert.Equal(("draft", 1L, user.UserId, "齿轮箱 Gearbox"), (
            read.Data.GetProperty("status").GetString(),
            read.Data.GetProperty("version").GetInt64(),
            read.Data.GetProperty("ownerId").GetString(),
            read.Data.GetProperty("title").GetString()));
        Assert.Equal("\"1\"", created.ETag);
        Assert.Equal(["cut", "weld"], read.Data.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("stepCode").GetString()));
    }

    [Fact]
    public async Task A_code_of_the_callers_own_is_kept_and_cannot_be_taken_twice()
    {
        var user = await App.RegisterAsync();
        var order = ActorsClient.NewWorkOrder();
        order["code"] = $"工单-{Guid.CreateVersion7():n}";

        (await user.PostAsync("/api/v1/work-orders", order)).Expect(HttpStatusCode.Created);
        (await user.PostAsync("/api/v1/work-orders", order)).ExpectError(HttpStatusCode.Conflict, "WORK_ORDER_CODE_TAKEN");
    }

    [Fact]
    public async Task A_taken_number_is_passed_over_when_a_code_is_made()
    {
        var user = await App.RegisterAsync();
        var first = (await user.GetWorkOrderAsync(await user.CreateWorkOrderAsync())).GetProperty("code").GetString()!;
        var taken = ActorsClient.NewWorkOrder();
        taken["code"] = first[..8] + (int.Parse(first[8..]) + 5).ToString("D6");
        await user.PostAsync("/api/v1/work-orders", taken);

        for (var i = 0; i < 8; i++)
        {
            await user.CreateWorkOrderAsync();
        }
    }

    [Fact]
    public async Task Progress_runs_an_order_from_release_to_completion()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut", "weld");

        (await user.ReportAsync(id, "cut", 8, 2)).Expect(HttpStatusCode.OK);
        (await user.ReportAsync(id, "weld", 9)).ExpectError(HttpStatusCode.UnprocessableEntity, "STEP_GATE");
        (await user.ReportAsync(id, "cut", 3)).ExpectError(HttpStatusCode.UnprocessableEntity, "OVER_PRODUCTION");
        var done = (await user.ReportAsync(id, "weld", 8)).Expect(HttpStatusCode.OK);

        Assert.Equal("completed", done.Data.GetProperty("status").GetString());
        var logs = (await user.GetAsync($"/api/v1/work-orders/{id}/progress-logs")).Expect(HttpStatusCode.OK).Data;
        Assert.Equal([(8, 2), (8, 0)], logs.EnumerateArray().Select(l => (l.GetProperty("completedQuantity").GetInt32(), l.GetProperty("defectiveQuantity").GetInt32())));
        Assert.Equal(user.UserId, logs[0].GetProperty("confirmedBy").GetString());
    }

    [Fact]
    public async Task A_report_is_corrected_more_than_once_by_entries_of_their_own()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await user.ReportAsync(id, "cut", 5);
        var log = (await user.GetAsync($"/api/v1/work-orders/{id}/progress-logs")).Data[0].GetProperty("id").GetString();
        var corrections = $"/api/v1/work-orders/{id}/progress-logs/{log}/corrections";

        (await user.PostAsync(corrections, new { completedQuantity = 3, defectiveQuantity = 1, reason = "数错" })).Expect(HttpStatusCode.OK);
        var undone = (await user.PostAsync(corrections, new { reason = "undo" })).Expect(HttpStatusCode.OK);

        Assert.Equal(0, undone.Data.GetProperty("steps")[0].GetProperty("completedQuantity").GetInt64());
        var logs = (await user.GetAsync($"/api/v1/work-orders/{id}/progress-logs")).Data.EnumerateArray().ToList();
        Assert.Equal([5, -2, -3], logs.Select(l => l.GetProperty("completedQuantity").GetInt32()));
        Assert.Equal([0, 1, -1], logs.Select(l => l.GetProperty("defectiveQuantity").GetInt32()));
    }

    [Fact]
    public async Task Put_replaces_patch_merges_and_a_stale_version_is_refused()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync("cut");
        var path = $"/api/v1/work-orders/{id}";

        var patched = (await user.SendAsync(HttpMethod.Patch, path, new { endAt = "2027-01-01T00:00:00+08:00" }, ("If-Match", "\"1\""))).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Patch, path, new { title = "x" }, ("If-Match", "\"1\""))).ExpectError(HttpStatusCode.PreconditionFailed, "VERSION_MISMATCH");
        var put = (await user.SendAsync(HttpMethod.Put, path, new { title = "新", priority = "urgent", target_quantity = 5 })).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Put, path, new { title = "only" })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

        Assert.Equal("2026-12-31T16:00:00+00:00", patched.Data.GetProperty("endAt").GetDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:sszzz"));
        Assert.Equal("\"3\"", put.ETag);
        Assert.False(put.Data.TryGetProperty("endAt", out var end) && end.ValueKind != System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task An_unchanged_order_is_not_sent_again_and_chat_does_not_change_it()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync("cut");
        await user.SayAsync(id, "hello");

        var again = await user.SendAsync(HttpMethod.Get, $"/api/v1/work-orders/{id}", null, ("If-None-Match", "\"1\""));

        Assert.Equal(HttpStatusCode.NotModified, again.Status);
        Assert.Empty(again.Text);
    }

    [Fact]
    public async Task Steps_are_added_assigned_moved_skipped_and_removed()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await owner.CreateWorkOrderAsync("cut", "weld");
        var steps = $"/api/v1/work-orders/{id}/steps";

        (await owner.PostAsync(steps, new { stepCode = "wash", stepName = "清洗", expectedQuantity = 10, position = 1 })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Patch, $"{steps}/wash", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Patch, $"{steps}/cut", new { skipped = true })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Put, $"{steps}/order", new { stepCodes = new[] { "weld", "wash", "cut" } })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Delete, $"{steps}/weld")).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Patch, $"{steps}/wash", new { assigneeId = "nobody" })).ExpectError(HttpStatusCode.UnprocessableEntity, "USER_NOT_FOUND");

        var seen = (await worker.GetWorkOrderAsync(id)).GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["wash", "cut"], seen.Select(s => s.GetProperty("stepCode").GetString()));
        Assert.Equal(["pending", "skipped"], seen.Select(s => s.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_draft_is_deleted_and_anything_later_cancelled()
    {
        var user = await App.RegisterAsync();
        var (draft, released) = (await user.CreateWorkOrderAsync("cut"), await user.CreateReleasedWorkOrderAsync("cut"));

        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{draft}")).Expect(HttpStatusCode.OK);
        (await user.GetAsync($"/api/v1/work-orders/{draft}")).ExpectError(HttpStatusCode.NotFound, "WORK_ORDER_NOT_FOUND");
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{released}")).ExpectError(HttpStatusCode.Conflict, "WORK_ORDER_NOT_DRAFT");
        (await user.MoveAsync(released, "cancelled")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_documents_paths_and_a_trailing_slash_reach_the_same_order()
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateWorkOrderAsync("cut");

        (await user.GetAsync($"/api/work-orders/{id}")).Expect(HttpStatusCode.OK);
        (await user.GetAsync($"/api/v1/work-orders/{id}/")).Expect(HttpStatusCode.OK);
    }
}

/// <inheritdoc />
public sealed class WorkOrderHttpOnSqliteTests(SharedApps apps) : WorkOrderHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class WorkOrderHttpOnPostgresTests(SharedApps apps, PostgresServer server) : WorkOrderHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
