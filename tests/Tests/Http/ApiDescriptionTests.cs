using System.Net;
using System.Text.Json.Nodes;
using Actors.Blobs;
using Actors.Clients;
using Actors.Docs;
using Actors.Infrastructure;
using Actors.Mail;
using Actors.Models;
using Actors.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Http;

/// <summary>/openapi/v1.json says what the system answers.</summary>
public sealed class ApiDescriptionTests(SharedApps apps) : HttpTests
{
    private const string Orders = "/api/v1/work-orders";

    [Fact]
    public async Task The_routes_in_the_requirements_map_exist() =>
        Assert.Empty(RequirementsMapTests.RealMap().UnknownRoutes((await DescriptionAsync()).Routes));

    [Fact]
    public async Task Every_route_answers_as_it_is_described()
    {
        var description = await DescriptionAsync();
        var check = new DescriptionCheck(description);
        var http = App.CreateDefaultClient(check);
        var (owner, worker, admin) = (new ActorsClient(http), new ActorsClient(http), new ActorsClient(http));
        await owner.RegisterAsync();
        await worker.RegisterAsync();
        await App.AdminAsync(); // waits until there is one
        await admin.LoginAsync(Administrator.Email, ActorsClient.Password);

        await UseUsersAsync(worker, admin);
        await UseCodesAsync(new ActorsClient(http));
        await UseTwoFactorAsync(new ActorsClient(http));
        var secret = await App.Services.GetRequiredService<ServiceClients>().AddAsync("description");
        (await new ActorsClient(http).PostAsync("/api/v1/auth/token", new { clientId = "description", clientSecret = secret })).Expect(HttpStatusCode.OK);
        var id = await UseOrdersAsync(owner);
        await UseStepsAsync(owner, worker, id);
        await UseChatAsync(owner, worker, id);
        await UseFilesAsync(owner);
        await UseTasksAsync(owner, admin);
        await WatchAsync(owner, id, description);
        (await owner.SendAsync(HttpMethod.Delete, $"{Orders}/{await owner.CreateWorkOrderAsync()}")).Expect(HttpStatusCode.OK);

        (await owner.GetAsync("/api/v1/users/me/export")).Expect(HttpStatusCode.OK);
        (await worker.SendAsync(HttpMethod.Delete, "/api/v1/users/me", new { password = ActorsClient.Password })).Expect(HttpStatusCode.OK);

        Assert.Empty(check.Problems.Distinct());
        // A socket is opened below HTTP; a provider is needed for the others, which OAuthTests holds to the description. The local providers fail at nothing.
        Assert.Empty(description.Routes.Except(check.Served).Except(
            ["GET /api/v1/live", "POST /api/v1/tasks/{id}/images/{index}/retry", "POST /api/v1/tasks/{id}/model/retry", "POST /api/v1/admin/queues/{queueName}/jobs/{id}/requeue", "GET /api/v1/auth/oauth/{provider}", "GET /api/v1/auth/oauth/{provider}/callback"]));
    }

    [Fact]
    public async Task Every_refusal_is_as_it_is_described()
    {
        var check = new DescriptionCheck(await DescriptionAsync());
        var http = App.CreateDefaultClient(check);
        var (owner, stranger, nobody) = (new ActorsClient(http), new ActorsClient(http), new ActorsClient(http));
        await owner.RegisterAsync();
        await stranger.RegisterAsync();
        var id = await owner.CreateWorkOrderAsync("cut");
        var path = $"{Orders}/{id}";

        (await owner.PostAsync(Orders, new { title = "" })).Expect(HttpStatusCode.BadRequest);
        (await owner.GetAsync($"{Orders}?limit=0")).Expect(HttpStatusCode.BadRequest);
        (await owner.GetAsync("/api/v1/changes?topic=weather")).Expect(HttpStatusCode.BadRequest);
        (await owner.GetAsync("/api/v1/live")).Expect(HttpStatusCode.UpgradeRequired);
        (await nobody.GetAsync(path)).Expect(HttpStatusCode.Unauthorized);
        (await nobody.PostAsync("/api/v1/auth/login", new { email = owner.Email, password = "wrong password" })).Expect(HttpStatusCode.Unauthorized);
        (await nobody.GetAsync("/api/v1/auth/oauth/nobody")).Expect(HttpStatusCode.NotFound);
        (await nobody.GetAsync("/api/v1/auth/oauth/nobody/callback")).Expect(HttpStatusCode.NotFound);
        (await nobody.PostAsync("/api/v1/auth/verify", new { email = owner.Email, code = "000000" })).Expect(HttpStatusCode.Unauthorized);
        (await owner.PostAsync("/api/v1/auth/password", new { currentPassword = "x", newPassword = "new password" })).Expect(HttpStatusCode.Forbidden);
        (await owner.SendAsync(HttpMethod.Put, $"/api/v1/users/{owner.UserId}/access", new { role = "admin" })).Expect(HttpStatusCode.Forbidden);
        (await stranger.GetAsync(path)).Expect(HttpStatusCode.NotFound);
        (await stranger.GetAsync("/api/v1/files/nobody")).Expect(HttpStatusCode.NotFound);
        (await owner.CompleteAsync((await owner.AnnounceAsync(Files.Png(10))).Data.GetProperty("id").GetString()!)).Expect(HttpStatusCode.Conflict);
        (await owner.RegisterAsync(owner.Email)).Expect(HttpStatusCode.Conflict);
        (await owner.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.Conflict);
        (await owner.SendAsync(HttpMethod.Patch, path, new { title = "x" }, ("If-Match", "\"9\""))).Expect(HttpStatusCode.PreconditionFailed);
        (await owner.PostAsync(Orders, new { title = new string('x', 2_000_000) })).Expect(HttpStatusCode.RequestEntityTooLarge);
        (await owner.SendTextAsync(HttpMethod.Post, Orders, "<order/>", "application/xml")).Expect(HttpStatusCode.UnsupportedMediaType);
        (await owner.MoveAsync(id, "released")).Expect(HttpStatusCode.OK);
        (await owner.ReportAsync(id, "cut", 11)).Expect(HttpStatusCode.UnprocessableEntity);

        Assert.Empty(check.Problems.Distinct());
    }

    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    private Task<ApiDescription> DescriptionAsync() => ApiDescription.OfAsync(App.CreateClient());

    private static async Task UseUsersAsync(ActorsClient user, ActorsClient admin)
    {
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/refresh", new { refreshToken = user.RefreshToken })).Expect(HttpStatusCode.OK);
        var token = user.Token;
        await user.LoginAsync(user.Email, ActorsClient.Password);
        var sessions = (await user.GetAsync("/api/v1/auth/sessions")).Expect(HttpStatusCode.OK).Data;
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{sessions[0].GetProperty("id").GetString()}")).Expect(HttpStatusCode.OK);
        await user.LoginAsync(user.Email, ActorsClient.Password);
        (await user.PostAsync("/api/v1/auth/logout")).Expect(HttpStatusCode.NoContent);
        user.Token = token;
        (await admin.PostAsync("/api/v1/admin/keys/rotate")).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/audit?limit=100")).Expect(HttpStatusCode.OK);
        var path = $"/api/v1/users/{user.UserId}";
        var seen = (await admin.GetAsync(path)).Expect(HttpStatusCode.OK).Message.Headers.ETag!.ToString();
        (await user.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", seen))).Expect(HttpStatusCode.NotModified);
        (await user.SendAsync(HttpMethod.Put, path, new { name = "n", preferences = new { theme = "dark" } })).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Patch, path, new { preferences = new { theme = (string?)null } })).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/users?limit=2")).Expect(HttpStatusCode.OK);
        var tag = (await admin.GetAsync($"/api/v1/admin/users/{user.UserId}")).Expect(HttpStatusCode.OK).ETag!;
        (await admin.SendAsync(HttpMethod.Get, $"/api/v1/admin/users/{user.UserId}", null, ("If-None-Match", tag))).Expect(HttpStatusCode.NotModified);
        (await admin.PostAsync($"/api/v1/admin/users/{user.UserId}/impersonate")).Expect(HttpStatusCode.OK);
        (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{user.UserId}", new { tier = "premium" }, ("If-Match", tag))).Expect(HttpStatusCode.OK);
        (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{user.UserId}/access", new { role = "manager", factoryId = "f-1" })).Expect(HttpStatusCode.OK);
    }

    private async Task UseCodesAsync(ActorsClient user)
    {
        await user.RegisterAsync();
        const string newPassword = "staple battery horse";
        (await user.PostAsync("/api/v1/auth/code", new { email = user.Email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(App).CodeAsync(user.Email);
        (await user.PostAsync("/api/v1/auth/verify", new { email = user.Email, code })).Expect(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/password", new { currentPassword = ActorsClient.Password, newPassword })).Expect(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/code", new { email = user.Email })).Expect(HttpStatusCode.Accepted);
        code = await Mailbox.Of(App).CodeAsync(user.Email, 2);
        (await user.PostAsync("/api/v1/auth/password/reset", new { email = user.Email, code, newPassword })).Expect(HttpStatusCode.OK);
    }

    private static async Task UseTwoFactorAsync(ActorsClient user)
    {
        await user.RegisterAsync();
        var app = new Authenticator((await user.PostAsync("/api/v1/auth/two-factor/enrol")).Expect(HttpStatusCode.OK).Data);
        (await user.GetAsync("/api/v1/auth/two-factor")).Expect(HttpStatusCode.OK);
        var codes = (await user.PostAsync("/api/v1/auth/two-factor/confirm", new { code = app.Next() })).Expect(HttpStatusCode.OK).Data.GetProperty("codes");
        (await user.GetAsync("/api/v1/auth/two-factor")).Expect(HttpStatusCode.OK);
        var challenge = (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password }))
            .ExpectError(HttpStatusCode.Unauthorized, "SECOND_FACTOR_REQUIRED").Body.GetProperty("error").GetProperty("challenge").GetString();
        (await user.PostAsync("/api/v1/auth/login/second-factor", new { challenge, code = codes[0].GetString() })).Expect(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/two-factor/recovery-codes", new { password = ActorsClient.Password, code = codes[1].GetString() })).Expect(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/two-factor/disable", new { password = ActorsClient.Password, code = app.Next() })).Expect(HttpStatusCode.NoContent);
    }

    /// <summary>Returns a released order with the steps cut and weld and every optional field set.</summary>
    private static async Task<string> UseOrdersAsync(ActorsClient owner)
    {
        var full = ActorsClient.NewWorkOrder("cut", "weld");
        (full["startAt"], full["endAt"], full["targetFactoryId"]) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "f-1");
        full["steps"]![0]!["estimatedCompletionAt"] = JsonValue.Create("2026-01-15T00:00:00Z");
        var id = (await owner.PostAsync(Orders, full)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        var path = $"{Orders}/{id}";
        (await owner.GetAsync(path)).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", "\"1\""))).Expect(HttpStatusCode.NotModified);
        (await owner.SendAsync(HttpMethod.Patch, path, new { priority = "urgent" })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Put, path, new { title = "新", priority = "low", targetQuantity = 10 })).Expect(HttpStatusCode.OK);
        (await owner.MoveAsync(id, "released")).Expect(HttpStatusCode.OK);
        await owner.CreateWorkOrderAsync();
        (await owner.GetAsync(Orders)).Expect(HttpStatusCode.OK);
        var page = (await owner.GetAsync($"{Orders}?limit=1")).Expect(HttpStatusCode.OK);
        (await owner.GetAsync($"{Orders}?limit=1&cursor={page.Meta.GetProperty("nextCursor").GetString()}")).Expect(HttpStatusCode.OK);
        return id;
    }

    private static async Task UseStepsAsync(ActorsClient owner, ActorsClient worker, string id)
    {
        var steps = $"{Orders}/{id}/steps";
        (await owner.PostAsync(steps, new { stepCode = "wash", stepName = "清洗", expectedQuantity = 10 })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Patch, $"{steps}/cut", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Put, $"{steps}/order", new { stepCodes = new[] { "cut", "wash", "weld" } })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Delete, $"{steps}/wash")).Expect(HttpStatusCode.OK);
        (await worker.ReportAsync(id, "cut", 4, 1)).Expect(HttpStatusCode.OK);
        var logs = $"{Orders}/{id}/progress-logs";
        var log = (await owner.GetAsync(logs)).Expect(HttpStatusCode.OK).Data[0].GetProperty("id").GetString();
        (await owner.PostAsync($"{logs}/{log}/corrections", new { completedQuantity = 3, defectiveQuantity = 1, reason = "数错" })).Expect(HttpStatusCode.OK);
        Assert.Equal(2, (await owner.GetAsync(logs)).Expect(HttpStatusCode.OK).Data.GetArrayLength());
    }

    private static async Task UseChatAsync(ActorsClient owner, ActorsClient worker, string id)
    {
        var messages = $"{Orders}/{id}/messages";
        await worker.SayAsync(id, "first", "client-1");
        var second = (await worker.SayAsync(id, "second")).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        (await owner.GetAsync($"{Orders}/unread")).Expect(HttpStatusCode.OK);
        (await worker.SendAsync(HttpMethod.Patch, $"{messages}/{second}", new { payload = new { text = "改" } })).Expect(HttpStatusCode.OK);
        (await worker.SendAsync(HttpMethod.Delete, $"{messages}/{second}")).Expect(HttpStatusCode.OK);
        (await owner.PostAsync($"{messages}/read", new { sequence = 1 })).Expect(HttpStatusCode.OK);
        Assert.Equal(2, (await owner.GetAsync(messages)).Expect(HttpStatusCode.OK).Data.GetArrayLength());
    }

    private async Task UseFilesAsync(ActorsClient owner)
    {
        var bytes = Files.Png(100);
        var ticket = (await owner.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        var id = ticket.GetProperty("id").GetString()!;
        var parts = (await owner.PostAsync($"/api/v1/uploads/{id}/parts", new { numbers = new[] { 1 } })).Expect(HttpStatusCode.OK).Data.GetProperty("parts");
        (await Files.PutAsync(App.CreateClient(), parts[0], bytes)).EnsureSuccessStatusCode(); // its URL is no part of the API
        Assert.Equal(1, (await owner.GetAsync($"/api/v1/uploads/{id}/parts")).Expect(HttpStatusCode.OK).Data.GetProperty("received").GetArrayLength());
        (await owner.CompleteAsync(id)).Expect(HttpStatusCode.OK);
        (await owner.GetAsync($"/api/v1/files/{id}")).Expect(HttpStatusCode.Found);
        (await owner.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}")).Expect(HttpStatusCode.OK);
    }

    private async Task UseTasksAsync(ActorsClient owner, ActorsClient admin)
    {
        var id = (await owner.PostAsync("/api/v1/tasks", new { prompt = "齿轮箱" })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        var path = $"/api/v1/tasks/{id}";
        await Waiting.UntilAsync(
            async () => (await owner.GetAsync(path)).Expect(HttpStatusCode.OK).Data.GetProperty("status").GetString() == "IMAGE_COMPLETED",
            TimeSpan.FromSeconds(60),
            () => "The images are not there.");
        (await owner.GetAsync("/api/v1/tasks?limit=1")).Expect(HttpStatusCode.OK);
        (await owner.GetAsync($"{path}/queue")).Expect(HttpStatusCode.OK);
        (await owner.PostAsync($"{path}/images/0/retry")).Expect(HttpStatusCode.Conflict);
        (await owner.SendAsync(HttpMethod.Patch, path, new { selectedImageIndex = 2 })).Expect(HttpStatusCode.OK);
        await HandMade.UntilAsync(owner, id!, "COMPLETED");
        (await owner.PostAsync($"{path}/model/retry")).Expect(HttpStatusCode.Conflict);
        await UseModelAsync(owner, admin, ModelIds.OfRequest(id!));
        (await owner.PostAsync($"{path}/cancel")).Expect(HttpStatusCode.Conflict);
        var webhook = new { url = "https://receiver.invalid/hook", events = new[] { "created" }, secret = "of sixteen characters".Replace(' ', '-') };
        var other = (await owner.PostAsync("/api/v1/tasks", new { prompt = "齿轮箱", webhook })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        await UseWebhookAsync(owner, $"/api/v1/tasks/{other}/webhook-deliveries");
        (await owner.PostAsync($"/api/v1/tasks/{other}/cancel")).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Delete, $"/api/v1/tasks/{other}")).Expect(HttpStatusCode.OK);
        using (var stream = await owner.OpenStreamAsync($"{path}/events", "0", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        }

        (await admin.GetAsync("/api/v1/admin/queues")).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/queues/image-generation")).Expect(HttpStatusCode.OK);
        (await admin.SendAsync(HttpMethod.Patch, "/api/v1/admin/queues/background", new { maxConcurrency = 2 })).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/queues/image-generation/jobs?status=CANCELLED&limit=1")).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/queues/image-generation/jobs?status=COMPLETED")).Expect(HttpStatusCode.BadRequest);
        (await admin.PostAsync("/api/v1/admin/queues/image-generation/jobs/nobody/requeue")).Expect(HttpStatusCode.NotFound);
        (await admin.PostAsync("/api/v1/admin/queues/image-generation/requeue")).Expect(HttpStatusCode.OK);
    }

    private static async Task UseWebhookAsync(ActorsClient owner, string path)
    {
        Answer? listed = null;
        await Waiting.UntilAsync(
            async () => (listed = (await owner.GetAsync(path)).Expect(HttpStatusCode.OK)).Data.GetArrayLength() > 0, TimeSpan.FromSeconds(20), () => "Nothing is told.");
        (await owner.PostAsync($"{path}/{listed!.Data[0].GetProperty("id").GetString()}/redeliver")).Expect(HttpStatusCode.OK);
    }

    private async Task UseModelAsync(ActorsClient owner, ActorsClient admin, string id)
    {
        var path = $"/api/v1/models/{id}";
        (await owner.GetAsync(path)).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Put, path, new { name = "n", description = "d", tags = new[] { "gear" }, allowRemix = true })).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Patch, path, new { description = (string?)null })).Expect(HttpStatusCode.OK);
        (await owner.PostAsync($"{path}/publish")).Expect(HttpStatusCode.OK);
        foreach (var said in new[] { "like", "favorite" })
        {
            (await owner.PostAsync($"{path}/{said}")).Expect(HttpStatusCode.OK);
            (await owner.SendAsync(HttpMethod.Put, $"{path}/{said}")).Expect(HttpStatusCode.OK);
            (await owner.GetAsync($"/api/v1/me/{said}s")).Expect(HttpStatusCode.OK);
            (await owner.SendAsync(HttpMethod.Delete, $"{path}/{said}")).Expect(HttpStatusCode.OK);
        }

        (await owner.GetAsync("/api/v1/gallery?tag=gear")).Expect(HttpStatusCode.OK);
        (await owner.GetAsync($"/api/v1/gallery/{id}")).Expect(HttpStatusCode.OK);
        (await owner.GetAsync($"{path}/download")).Expect(HttpStatusCode.Found);
        (await owner.GetAsync("/api/v1/me/models")).Expect(HttpStatusCode.OK);
        (await admin.PostAsync($"/api/v1/admin/models/{id}/recount")).Expect(HttpStatusCode.OK);
        using (var stream = await owner.OpenStreamAsync($"{path}/events", "0", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        }

        (await admin.PostAsync($"{path}/report", new { reason = "OTHER", note = "n" })).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/reports")).Expect(HttpStatusCode.OK);
        (await admin.GetAsync($"/api/v1/admin/models/{id}/reports")).Expect(HttpStatusCode.OK);
        (await admin.PostAsync($"/api/v1/admin/models/{id}/reports/dismiss")).Expect(HttpStatusCode.OK);
        (await admin.PostAsync($"/api/v1/admin/models/{id}/takedown", new { reason = "r" })).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/admin/takedowns")).Expect(HttpStatusCode.OK);
        (await admin.PostAsync($"/api/v1/admin/models/{id}/restore")).Expect(HttpStatusCode.OK);
        (await owner.PostAsync($"{path}/unpublish")).Expect(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Delete, path)).Expect(HttpStatusCode.OK);
        (await owner.PostAsync("/api/v1/models", new { fileId = await new HandMade(App).UploadObjAsync(owner) })).Expect(HttpStatusCode.Created);
    }

    private static async Task WatchAsync(ActorsClient owner, string id, ApiDescription description)
    {
        var last = (await owner.GetWorkOrderAsync(id)).GetProperty("version").GetInt64();
        await using var feed = await owner.WatchAsync(id, "0");
        for (var version = 1L; version <= last; version++)
        {
            Assert.Empty(description.EventProblems($"GET {Orders}/{{id}}/events", (await feed.NextAsync()).Data));
        }

        await using var topics = await owner.WatchTopicsAsync($"work-orders/{id}", "0");
        Assert.Empty(description.EventProblems("GET /api/v1/events", (await topics.NextAsync()).Data));
        (await owner.GetAsync($"/api/v1/changes?topic=work-orders/{id}&after=0")).Expect(HttpStatusCode.OK);
    }
}
