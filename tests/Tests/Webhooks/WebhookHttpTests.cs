using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Actors.Generation;
using Actors.Infrastructure;
using Actors.Models;
using Actors.Providers;
using Actors.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Webhooks;

/// <summary>Webhooks of tasks, from the request to a real receiver, on every store.</summary>
public abstract class WebhookHttpTests : HttpTests
{
    private const string Tasks = "/api/v1/tasks";
    private const string Secret = "a-secret-of-many-letters";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_is_told_once_and_signed_with_a_secret_that_nothing_shows()
    {
        await using var receiver = await ReceiverAsync(_ => 204);
        var user = await App.RegisterAsync();
        var task = await CreateAsync(user, receiver);
        await HandMade.UntilAsync(user, task, "IMAGE_COMPLETED");
        (await user.SendAsync(HttpMethod.Patch, $"{Tasks}/{task}", new { selectedImageIndex = 1 })).Expect(HttpStatusCode.OK);
        await HandMade.UntilAsync(user, task, "COMPLETED");

        var deliveries = await UntilAsync(user, task, d => d.Count == 6 && d.TrueForAll(IsOver));

        Assert.Equal(["completed", "image", "image", "image", "image", "created"], deliveries.Select(d => Text(d, "event"))); // the newest first
        Assert.All(deliveries, d => Assert.Equal(("COMPLETED", 1), (Text(d, "status"), d.GetProperty("attempts").GetInt32())));
        Assert.Equal(deliveries.Select(d => Text(d, "id")).Order(), receiver.Requests.Select(r => r.Headers["webhook-id"]).Order());
        foreach (var request in receiver.Requests)
        {
            var (id, timestamp) = (request.Headers["webhook-id"], request.Headers["webhook-timestamp"]);
            var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{request.Body}"));
            Assert.Equal($"v1,{Convert.ToBase64String(mac)}", request.Headers["webhook-signature"]);
            Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, provider: null)), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(1));
        }

        var told = receiver.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement).OrderBy(b => b.GetProperty("data").GetProperty("version").GetInt64()).ToList();
        Assert.All(told, body => Assert.Equal(task, Text(body.GetProperty("data"), "taskId")));
        Assert.Equal(("task.created", "IMAGE_PENDING"), (Text(told[0], "type"), Text(told[0].GetProperty("data"), "status")));
        Assert.Equal([0, 1, 2, 3], told[1..5].Select(b => b.GetProperty("data").GetProperty("image").GetProperty("index").GetInt32()).Order());
        Assert.Equal(("task.completed", "COMPLETED"), (Text(told[5], "type"), Text(told[5].GetProperty("data"), "status")));

        var shown = (await user.GetAsync($"{Tasks}/{task}")).Expect(HttpStatusCode.OK);
        Assert.Equal(receiver.Url.OriginalString, Text(shown.Data.GetProperty("webhook"), "url"));
        Assert.Equal(["created", "image", "completed", "failed"], shown.Data.GetProperty("webhook").GetProperty("events").EnumerateArray().Select(e => e.GetString()));
        foreach (var path in new[] { $"{Tasks}/{task}", $"{Tasks}/{task}/webhook-deliveries", $"/api/v1/changes?topic=tasks/{task}&after=0", "/api/v1/users/me/export" })
        {
            Assert.DoesNotContain(Secret, (await user.GetAsync(path)).Expect(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Only_events_that_are_wanted_are_told()
    {
        await using var receiver = await ReceiverAsync(_ => 204);
        var user = await App.RegisterAsync();
        var task = await CreateAsync(user, receiver, "image");
        await HandMade.UntilAsync(user, task, "IMAGE_COMPLETED");

        var deliveries = await UntilAsync(user, task, d => d.Count == 4 && d.TrueForAll(IsOver));

        Assert.All(deliveries, d => Assert.Equal("image", Text(d, "event")));
        Assert.All(receiver.Requests, r => Assert.Contains("\"task.image\"", r.Body, StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, (await user.PostAsync(Tasks, new { prompt = "p" })).Expect(HttpStatusCode.Created).Data.GetProperty("webhook").ValueKind);
    }

    [Fact]
    public async Task What_failed_is_told_again_with_the_same_id_and_body()
    {
        await NoPausesAsync();
        await using var receiver = await ReceiverAsync(count => count <= 2 ? 500 : 200);
        var user = await App.RegisterAsync();
        var task = await CreateAsync(user, receiver, "created");

        var delivery = Assert.Single(await UntilAsync(user, task, d => d.Count == 1 && d.TrueForAll(IsOver)));

        Assert.Equal(("COMPLETED", 3), (Text(delivery, "status"), delivery.GetProperty("attempts").GetInt32()));
        Assert.Equal(JsonValueKind.Null, delivery.GetProperty("errorCode").ValueKind);
        Assert.Equal([(Text(delivery, "id"), receiver.Requests.First().Body)], receiver.Requests.Select(r => (r.Headers["webhook-id"], r.Body)).Distinct());
        Assert.Equal(3, receiver.Requests.Count);
    }

    [Theory]
    [InlineData(410, 1, "WEBHOOK_GONE")]
    [InlineData(302, 3, "WEBHOOK_REDIRECTED")]
    public async Task What_is_given_up_can_be_told_again(int status, int attempts, string code)
    {
        await NoPausesAsync(retries: 2);
        var answer = status;
        await using var receiver = await ReceiverAsync(_ => answer);
        var user = await App.RegisterAsync();
        var task = await CreateAsync(user, receiver, "created");
        var given = Assert.Single(await UntilAsync(user, task, d => d.Count == 1 && d.TrueForAll(IsOver)));
        Assert.Equal(("FAILED", attempts, code), (Text(given, "status"), given.GetProperty("attempts").GetInt32(), Text(given, "errorCode")));

        answer = 200;
        var again = $"{Tasks}/{task}/webhook-deliveries/{Text(given, "id")}/redeliver";
        (await user.SendAsync(HttpMethod.Post, again, null, ("Idempotency-Key", "again"))).Expect(HttpStatusCode.OK);
        await UntilAsync(user, task, d => d.TrueForAll(x => Text(x, "status") == "COMPLETED"));
        (await user.SendAsync(HttpMethod.Post, again, null, ("Idempotency-Key", "again"))).Expect(HttpStatusCode.OK);

        Assert.Equal(attempts + 1, Assert.Single(await UntilAsync(user, task, _ => true)).GetProperty("attempts").GetInt32());
        Assert.Single(receiver.Requests.Select(r => r.Headers["webhook-id"]).Distinct());
        Assert.Equal(attempts + 1, receiver.Requests.Count);
    }

    [Fact]
    public async Task A_change_that_comes_again_makes_no_second_delivery()
    {
        await using var receiver = await ReceiverAsync(_ => 204);
        var user = await App.RegisterAsync();
        var task = await CreateAsync(user, receiver, "created");
        var delivery = Assert.Single(await UntilAsync(user, task, d => d.Count == 1 && d.TrueForAll(IsOver)));
        var grains = App.Services.GetRequiredService<IGrainFactory>();
        Caller.Current = Caller.System;
        var request = await grains.GetGrain<IGenerationGrain>(task).Get();
        var change = (await grains.GetGrain<IGenerationGrain>(task).ReadChanges(0, 1, Cancellation)).Changes[0];
        var data = JsonSerializer.Deserialize(change.Data, GenerationEventsJson.Default.RequestChanged)!;
        var again = WebhookRules.DeliveryOf(WebhookEvent.Created, request, change, data);

        await grains.GetGrain<IWebhookUpdates>(again.Id).Begin(again);

        Assert.Equal((Text(delivery, "id"), receiver.Requests.First().Body), (again.Id, again.Body));
        Assert.Equal(1, Assert.Single(await UntilAsync(user, task, _ => true)).GetProperty("attempts").GetInt32());
        Assert.Null(await grains.GetGrain<IWebhookDeliveryGrain>(again.Id).StartJob(again.Id, new()));
        Assert.Single(receiver.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_not_told_goes_with_its_task_and_with_its_user(bool goesUser)
    {
        await NoPausesAsync(pause: TimeSpan.FromHours(1));
        await using var receiver = await ReceiverAsync(_ => 500);
        var user = await App.RegisterAsync();
        var task = await CreateAsync(user, receiver, "created");
        var delivery = Text(Assert.Single(await UntilAsync(user, task, d => d.Count == 1 && d.TrueForAll(x => Text(x, "status") == "RETRYING"))), "id");

        (await user.SendAsync(HttpMethod.Delete, goesUser ? "/api/v1/users/me" : $"{Tasks}/{task}", goesUser ? new { password = ActorsClient.Password } : null)).Expect(HttpStatusCode.OK);

        var rows = App.Services.GetRequiredService<Database>().RowsOf(user.UserId);
        await Waiting.UntilAsync(
            async () => (await rows.ListAsync(
                "select request_id from webhook_deliveries where request_id = @task union all select request_id from webhook_secrets where request_id = @task",
                [("task", task)],
                row => row.GetString(0))).IsEmpty,
            Soon,
            () => "Rows are left.");
        var grain = App.Services.GetRequiredService<IGrainFactory>().GetGrain<IWebhookDeliveryGrain>(delivery);
        Caller.Current = Caller.System;
        Assert.Null(await grain.StartJob(delivery, new()));
        Assert.Single(receiver.Requests);
        Assert.NotEqual(HttpStatusCode.OK, (await user.GetAsync($"{Tasks}/{task}/webhook-deliveries")).Status);
    }

    [Fact]
    public async Task Other_people_s_deliveries_do_not_exist()
    {
        await using var receiver = await ReceiverAsync(_ => 204);
        var (owner, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var task = await CreateAsync(owner, receiver, "created");
        var own = Text((await other.PostAsync(Tasks, new { prompt = "p" })).Expect(HttpStatusCode.Created).Data, "id");
        var id = Text(Assert.Single(await UntilAsync(owner, task, d => d.Count == 1)), "id");

        (await other.GetAsync($"{Tasks}/{task}/webhook-deliveries")).ExpectError(HttpStatusCode.NotFound, "TASK_NOT_FOUND");
        foreach (var path in new[] { task, own })
        {
            (await other.PostAsync($"{Tasks}/{path}/webhook-deliveries/{id}/redeliver")).ExpectError(HttpStatusCode.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND");
        }
    }

    [Theory]
    [InlineData("""{"url":"/hook","secret":"a-secret-of-many-letters"}""", "VALIDATION_FAILED", "webhook.url")]
    [InlineData("""{"url":"https://u:p@example.org","secret":"a-secret-of-many-letters"}""", "VALIDATION_FAILED", "webhook.url")]
    [InlineData("""{"url":null,"secret":"a-secret-of-many-letters"}""", "VALIDATION_FAILED", "webhook.url")]
    [InlineData("""{"url":"https://example.org"}""", "VALIDATION_FAILED", "webhook.secret")]
    [InlineData("""{"url":"https://example.org","secret":"short"}""", "VALIDATION_FAILED", "webhook.secret")]
    [InlineData("""{"url":"https://example.org","secret":"a-secret-of-many-letters","events":[]}""", "VALIDATION_FAILED", "webhook.events")]
    [InlineData("""{"url":"https://example.org","secret":"a-secret-of-many-letters","events":["deleted"]}""", "VALIDATION_FAILED", "webhook.events[0]")]
    [InlineData("""{"url":"https://example.org","secret":"a-secret-of-many-letters","events":"created"}""", "INVALID_JSON", "webhook.events")]
    [InlineData("""{"url":"https://example.org","secret":"a-secret-of-many-letters","other":1}""", "UNKNOWN_FIELD", "webhook.other")]
    [InlineData("\"https://example.org\"", "INVALID_JSON", "webhook")]
    public async Task A_bad_webhook_is_named_and_makes_no_task(string webhook, string code, string field)
    {
        var user = await App.RegisterAsync();

        var refused = await user.SendTextAsync(HttpMethod.Post, Tasks, $$"""{"prompt":"p","webhook":{{webhook}}}""", "application/json");

        refused.ExpectError(HttpStatusCode.BadRequest, code);
        Assert.Contains(field, refused.Error.GetProperty("details").EnumerateArray().Select(d => Text(d, "field")));
        Assert.Empty((await user.GetAsync(Tasks)).Expect(HttpStatusCode.OK).Data.EnumerateArray());
    }

    /// <summary>A receiver that answers as the number of the request says.</summary>
    private static Task<ProviderServer> ReceiverAsync(Func<int, int> status) => ProviderServer.StartAsync((server, http) =>
    {
        http.Response.StatusCode = status(server.Requests.Count);
        http.Response.Headers.Location = "/elsewhere";
        return Task.CompletedTask;
    });

    private static async Task<string> CreateAsync(ActorsClient user, ProviderServer receiver, params string[] events)
    {
        object webhook = events.Length == 0 ? new { url = receiver.Url, secret = Secret } : new { url = receiver.Url, secret = Secret, events };
        return Text((await user.PostAsync(Tasks, new { prompt = "一个齿轮箱", webhook })).Expect(HttpStatusCode.Created).Data, "id");
    }

    /// <summary>So that retries come at once. Only these tests use the queue of their app.</summary>
    private async Task NoPausesAsync(int retries = 12, TimeSpan pause = default)
    {
        var milliseconds = (long)pause.TotalMilliseconds;
        (await (await App.AdminAsync()).SendAsync(
            HttpMethod.Patch, "/api/v1/admin/queues/webhook", new { retryDelayBase = milliseconds, retryDelayMax = milliseconds, maxRetries = retries })).Expect(HttpStatusCode.OK);
    }

    private static async Task<List<JsonElement>> UntilAsync(ActorsClient user, string task, Predicate<List<JsonElement>> holds)
    {
        var deliveries = new List<JsonElement>();
        await Waiting.UntilAsync(
            async () => holds(deliveries = [.. (await user.GetAsync($"{Tasks}/{task}/webhook-deliveries")).Expect(HttpStatusCode.OK).Data.EnumerateArray()]),
            Soon,
            () => $"Deliveries: {string.Join("; ", deliveries)}");
        return deliveries;
    }

    private static bool IsOver(JsonElement delivery) => Text(delivery, "status") is "COMPLETED" or "FAILED";

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}

/// <inheritdoc/>
public sealed class WebhookHttpOnSqliteTests(SharedApps apps) : WebhookHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc/>
public sealed class WebhookHttpOnPostgresTests(SharedApps apps, PostgresServer server) : WebhookHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
