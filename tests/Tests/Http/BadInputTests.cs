using System.Net;
using System.Text.Json;
using Actors.Infrastructure;

namespace Actors.Http;

/// <summary>
/// Every route × every kind of bad input: a 4xx with a code, and nothing changed. A route that is missing in the table fails.
/// </summary>
public sealed class BadInputTests(SharedApps apps, PostgresServer server) : HttpTests
{
    /// <summary>A route, and a body that it takes ({0} is a work order, {1} its progress log, {2} its message; null: no body).</summary>
    internal static readonly (HttpMethod Method, string Path, string? Body)[] Routes =
    [
        (HttpMethod.Post, "/api/v1/auth/register", """{"email":"new@example.org","password":"correct horse battery"}"""),
        (HttpMethod.Post, "/api/v1/auth/login", """{"email":"admin@example.org","password":"wrong"}"""),
        (HttpMethod.Post, "/api/v1/auth/refresh", """{"refreshToken":"none"}"""),
        (HttpMethod.Post, "/api/v1/auth/token", """{"clientId":"nobody","clientSecret":"none"}"""),
        (HttpMethod.Get, "/api/v1/auth/me", null),
        (HttpMethod.Get, "/api/v1/auth/sessions", null),
        (HttpMethod.Delete, "/api/v1/auth/sessions/nobody", null),
        (HttpMethod.Post, "/api/v1/auth/logout", null),
        (HttpMethod.Post, "/api/v1/admin/keys/rotate", null),
        (HttpMethod.Get, "/api/v1/admin/audit", null),
        (HttpMethod.Get, "/api/v1/admin/users", null),
        (HttpMethod.Get, "/api/v1/admin/users/nobody", null),
        (HttpMethod.Patch, "/api/v1/admin/users/nobody", """{"tier":"premium","role":"operator","factoryId":"f","locked":false}"""),
        (HttpMethod.Post, "/api/v1/admin/users/nobody/impersonate", null),
        (HttpMethod.Post, "/api/v1/auth/code", """{"email":"new@example.org"}"""),
        (HttpMethod.Post, "/api/v1/auth/verify", """{"email":"new@example.org","code":"000000"}"""),
        (HttpMethod.Post, "/api/v1/auth/password", """{"currentPassword":"correct horse battery","newPassword":"staple battery horse"}"""),
        (HttpMethod.Post, "/api/v1/auth/password/reset", """{"email":"new@example.org","code":"000000","newPassword":"staple battery horse"}"""),
        (HttpMethod.Get, "/api/v1/auth/oauth/nobody", null),
        (HttpMethod.Get, "/api/v1/auth/oauth/nobody/callback", null),
        (HttpMethod.Post, "/api/v1/auth/login/second-factor", """{"challenge":"none","code":"000000"}"""),
        (HttpMethod.Get, "/api/v1/auth/two-factor", null),
        (HttpMethod.Post, "/api/v1/auth/two-factor/enrol", null),
        (HttpMethod.Post, "/api/v1/auth/two-factor/confirm", """{"code":"000000"}"""),
        (HttpMethod.Post, "/api/v1/auth/two-factor/recovery-codes", """{"password":"correct horse battery","code":"000000"}"""),
        (HttpMethod.Post, "/api/v1/auth/two-factor/disable", """{"password":"correct horse battery","code":"000000"}"""),
        (HttpMethod.Get, "/api/v1/users/nobody", null),
        (HttpMethod.Delete, "/api/v1/users/me", null),
        (HttpMethod.Get, "/api/v1/users/me/export", null),
        (HttpMethod.Put, "/api/v1/users/nobody", """{"name":"n","preferences":{}}"""),
        (HttpMethod.Patch, "/api/v1/users/nobody", """{"name":"n","preferences":{}}"""),
        (HttpMethod.Put, "/api/v1/users/nobody/access", """{"role":"operator"}"""),
        (HttpMethod.Post, "/api/v1/work-orders", """{"title":"t","priority":"low","targetQuantity":1,"steps":[]}"""),
        (HttpMethod.Get, "/api/v1/work-orders", null),
        (HttpMethod.Get, "/api/v1/work-orders/unread", null),
        (HttpMethod.Get, "/api/v1/work-orders/{0}", null),
        (HttpMethod.Put, "/api/v1/work-orders/{0}", """{"title":"t","priority":"low","targetQuantity":1}"""),
        (HttpMethod.Patch, "/api/v1/work-orders/{0}", """{"title":"changed"}"""),
        (HttpMethod.Delete, "/api/v1/work-orders/{0}", null),
        (HttpMethod.Post, "/api/v1/work-orders/{0}/status", """{"status":"paused"}"""),
        (HttpMethod.Post, "/api/v1/work-orders/{0}/steps", """{"stepCode":"n","stepName":"n","expectedQuantity":1}"""),
        (HttpMethod.Put, "/api/v1/work-orders/{0}/steps/order", """{"stepCodes":["weld","cut"]}"""),
        (HttpMethod.Patch, "/api/v1/work-orders/{0}/steps/cut", """{"stepName":"changed"}"""),
        (HttpMethod.Delete, "/api/v1/work-orders/{0}/steps/weld", null),
        (HttpMethod.Post, "/api/v1/work-orders/{0}/steps/cut/progress", """{"completedQuantity":1,"defectiveQuantity":0,"confirmationMode":"manual"}"""),
        (HttpMethod.Get, "/api/v1/work-orders/{0}/progress-logs", null),
        (HttpMethod.Post, "/api/v1/work-orders/{0}/progress-logs/{1}/corrections", """{"completedQuantity":1,"defectiveQuantity":0,"reason":"r"}"""),
        (HttpMethod.Post, "/api/v1/work-orders/{0}/messages", """{"messageType":"text","payload":{"text":"t"}}"""),
        (HttpMethod.Get, "/api/v1/work-orders/{0}/messages", null),
        (HttpMethod.Patch, "/api/v1/work-orders/{0}/messages/{2}", """{"payload":{"text":"changed"}}"""),
        (HttpMethod.Delete, "/api/v1/work-orders/{0}/messages/{2}", null),
        (HttpMethod.Post, "/api/v1/work-orders/{0}/messages/read", """{"sequence":1}"""),
        (HttpMethod.Get, "/api/v1/work-orders/{0}/events", null),
        (HttpMethod.Post, "/api/v1/tasks", """{"prompt":"p"}"""),
        (HttpMethod.Get, "/api/v1/tasks", null),
        (HttpMethod.Get, "/api/v1/tasks/nobody", null),
        (HttpMethod.Patch, "/api/v1/tasks/nobody", """{"selectedImageIndex":0}"""),
        (HttpMethod.Post, "/api/v1/tasks/nobody/cancel", null),
        (HttpMethod.Get, "/api/v1/tasks/nobody/webhook-deliveries", null),
        (HttpMethod.Post, "/api/v1/tasks/nobody/webhook-deliveries/nobody/redeliver", null),
        (HttpMethod.Post, "/api/v1/tasks/nobody/images/nobody/retry", null),
        (HttpMethod.Get, "/api/v1/tasks/nobody/events", null),
        (HttpMethod.Get, "/api/v1/tasks/nobody/queue", null),
        (HttpMethod.Delete, "/api/v1/tasks/nobody", null),
        (HttpMethod.Post, "/api/v1/tasks/nobody/model/retry", null),
        (HttpMethod.Post, "/api/v1/models", """{"fileId":"nobody","name":"n","description":"d"}"""),
        (HttpMethod.Get, "/api/v1/models/nobody", null),
        (HttpMethod.Put, "/api/v1/models/nobody", """{"name":"n","description":"d","tags":["t"],"allowRemix":true}"""),
        (HttpMethod.Patch, "/api/v1/models/nobody", """{"name":"n","tags":["t"]}"""),
        (HttpMethod.Delete, "/api/v1/models/nobody", null),
        (HttpMethod.Post, "/api/v1/models/nobody/publish", null),
        (HttpMethod.Post, "/api/v1/models/nobody/unpublish", null),
        (HttpMethod.Get, "/api/v1/models/nobody/download", null),
        (HttpMethod.Get, "/api/v1/models/nobody/events", null),
        (HttpMethod.Post, "/api/v1/models/nobody/like", null),
        (HttpMethod.Put, "/api/v1/models/nobody/like", null),
        (HttpMethod.Delete, "/api/v1/models/nobody/like", null),
        (HttpMethod.Post, "/api/v1/models/nobody/favorite", null),
        (HttpMethod.Put, "/api/v1/models/nobody/favorite", null),
        (HttpMethod.Delete, "/api/v1/models/nobody/favorite", null),
        (HttpMethod.Get, "/api/v1/gallery", null),
        (HttpMethod.Get, "/api/v1/gallery/nobody", null),
        (HttpMethod.Get, "/api/v1/me/models", null),
        (HttpMethod.Get, "/api/v1/me/likes", null),
        (HttpMethod.Get, "/api/v1/me/favorites", null),
        (HttpMethod.Post, "/api/v1/models/nobody/report", """{"reason":"SPAM","note":"n"}"""),
        (HttpMethod.Get, "/api/v1/admin/reports", null),
        (HttpMethod.Get, "/api/v1/admin/takedowns", null),
        (HttpMethod.Get, "/api/v1/admin/models/nobody/reports", null),
        (HttpMethod.Post, "/api/v1/admin/models/nobody/reports/dismiss", null),
        (HttpMethod.Post, "/api/v1/admin/models/nobody/takedown", """{"reason":"r"}"""),
        (HttpMethod.Post, "/api/v1/admin/models/nobody/restore", null),
        (HttpMethod.Post, "/api/v1/admin/models/nobody/recount", null),
        (HttpMethod.Get, "/api/v1/admin/queues", null),
        (HttpMethod.Get, "/api/v1/admin/queues/background", null),
        (HttpMethod.Patch, "/api/v1/admin/queues/background", """{"maxConcurrency":1,"jobTimeout":300000,"maxRetries":3,"retryDelayBase":5000,"retryDelayMax":60000,"enablePriority":false,"isActive":true}"""),
        (HttpMethod.Get, "/api/v1/admin/queues/background/jobs", null),
        (HttpMethod.Post, "/api/v1/admin/queues/background/jobs/nobody/requeue", null),
        (HttpMethod.Post, "/api/v1/admin/queues/background/requeue", null),
        (HttpMethod.Post, "/api/v1/uploads", """{"purpose":"image","contentType":"image/png","size":1}"""),
        (HttpMethod.Post, "/api/v1/uploads/nobody/parts", """{"numbers":[1]}"""),
        (HttpMethod.Get, "/api/v1/uploads/nobody/parts", null),
        (HttpMethod.Post, "/api/v1/uploads/nobody/complete", null),
        (HttpMethod.Delete, "/api/v1/uploads/nobody", null),
        (HttpMethod.Get, "/api/v1/files/nobody", null),
        (HttpMethod.Get, "/api/v1/events", null),
        (HttpMethod.Get, "/api/v1/live", null),
        (HttpMethod.Get, "/api/v1/changes", null),
    ];

    /// <summary>Those that want no token.</summary>
    internal static readonly string[] OpenRoutes =
    [
        "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/login/second-factor", "/api/v1/auth/refresh", "/api/v1/auth/code", "/api/v1/auth/verify", "/api/v1/auth/password/reset",
        "/api/v1/auth/token", "/api/v1/auth/oauth/nobody", "/api/v1/auth/oauth/nobody/callback",
        "/api/v1/gallery", "/api/v1/gallery/nobody", "/api/v1/models/nobody/download",
    ];

    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);

    [Fact]
    public async Task Every_route_of_the_api_is_in_the_table()
    {
        var document = JsonDocument.Parse((await App.Anonymous().GetAsync("/openapi/v1.json")).Expect(HttpStatusCode.OK).Text).RootElement;
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {Shape(path.Name)}"));

        var listed = Routes.Select(r => $"{r.Method.Method} {Shape(r.Path)}");

        Assert.Equal(described.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_token_no_route_answers()
    {
        var target = await TargetAsync();
        foreach (var route in Routes.Where(r => !OpenRoutes.Contains(r.Path)))
        {
            var anonymous = App.Anonymous();
            (await SendAsync(anonymous, route, target, route.Body)).ExpectError(HttpStatusCode.Unauthorized, "UNAUTHENTICATED");
            anonymous.Token = "not.a.token";
            (await SendAsync(anonymous, route, target, route.Body)).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        }

        await AssertUnchangedAsync(target);
    }

    [Fact]
    public async Task Another_users_order_does_not_exist()
    {
        var target = await TargetAsync();
        var stranger = await App.RegisterAsync();
        foreach (var route in Routes.Where(r => r.Path.Contains("{0}", StringComparison.Ordinal)))
        {
            (await SendAsync(stranger, route, target, route.Body)).ExpectError(HttpStatusCode.NotFound, "WORK_ORDER_NOT_FOUND");
        }

        await AssertUnchangedAsync(target);
    }

    public static TheoryData<string, string> BadBodies => new()
    {
        { "nothing", "" },
        { "no JSON", "{" },
        { "null", "null" },
        { "an array", "[]" },
        { "a string", "\"x\"" },
        { "an unknown field", """{"surprise":1}""" },
        { "every field a number", "numbers" },
        { "every field an object", "objects" },
        { "every field null", "nulls" },
        { "every field a NUL", "nuls" },
        { "every field a lone surrogate", "surrogates" },
        { "every field twice", "twice" },
        { "a megabyte", "huge" },
        { "depth 100", "deep" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_body_is_refused_by_every_route_that_takes_one(string what, string body)
    {
        var target = await TargetAsync();
        foreach (var route in Routes.Where(r => r.Body is not null))
        {
            var answer = await SendAsync(target.Owner, route, target, Spoil(route.Body!, body));
            AssertRefused(answer, $"{what} to {route.Method} {route.Path}");
        }

        await AssertUnchangedAsync(target);
    }

    [Fact]
    public async Task A_blank_id_is_refused() =>
        (await (await App.RegisterAsync()).GetAsync("/api/v1/work-orders/%20")).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json; charset=UTF-8")]
    public async Task A_body_of_json_in_utf8_is_taken_however_that_is_written(string contentType)
    {
        var user = await App.RegisterAsync();

        (await user.SendTextAsync(HttpMethod.Post, "/api/v1/work-orders", """{"title":"t","targetQuantity":1}""", contentType)).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_body_of_another_media_type_is_refused()
    {
        var target = await TargetAsync();
        foreach (var route in Routes.Where(r => r.Body is not null))
        {
            var answer = await target.Owner.SendTextAsync(route.Method, Fill(route.Path, target), route.Body, "text/plain");
            Assert.True(answer.Status == HttpStatusCode.UnsupportedMediaType && answer.Code is not null, $"{route.Path}: {answer.Status} {answer.Text}");
        }

        await AssertUnchangedAsync(target);
    }

    [Theory]
    [InlineData("Idempotency-Key", "a b", "INVALID_IDEMPOTENCY_KEY")]
    [InlineData("Idempotency-Key", "long", "INVALID_IDEMPOTENCY_KEY")]
    public async Task A_bad_header_is_refused_by_every_command(string header, string value, string code)
    {
        var target = await TargetAsync();
        foreach (var route in Routes.Where(r => r.Method != HttpMethod.Get))
        {
            (await SendAsync(target.Owner, route, target, route.Body, (header, value == "long" ? new string('k', 256) : value))).ExpectError(HttpStatusCode.BadRequest, code);
        }

        await AssertUnchangedAsync(target);
    }

    [Theory]
    [InlineData("PUT", "1", HttpStatusCode.BadRequest, "INVALID_IF_MATCH")]
    [InlineData("PATCH", "\"x\"", HttpStatusCode.BadRequest, "INVALID_IF_MATCH")]
    [InlineData("PATCH", "\"999\"", HttpStatusCode.PreconditionFailed, "VERSION_MISMATCH")]
    public async Task A_bad_version_is_refused(string method, string version, HttpStatusCode status, string code)
    {
        var target = await TargetAsync();
        var route = Routes.Single(r => r.Method.Method == method && r.Path == "/api/v1/work-orders/{0}");

        (await SendAsync(target.Owner, route, target, route.Body, ("If-Match", version))).ExpectError(status, code);
        await AssertUnchangedAsync(target);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1000000001")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("1e30")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    public async Task An_impossible_quantity_is_refused_wherever_one_is_taken(string quantity)
    {
        var target = await TargetAsync();
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Post, "/api/v1/work-orders", $$"""{"title":"t","priority":"low","targetQuantity":{{quantity}},"steps":[]}"""),
            (HttpMethod.Post, "/api/v1/work-orders", $$"""{"title":"t","priority":"low","targetQuantity":1,"steps":[{"stepCode":"a","stepName":"a","expectedQuantity":{{quantity}}}]}"""),
            (HttpMethod.Patch, "/api/v1/work-orders/{0}", $$"""{"targetQuantity":{{quantity}}}"""),
            (HttpMethod.Post, "/api/v1/work-orders/{0}/steps", $$"""{"stepCode":"n","stepName":"n","expectedQuantity":{{quantity}}}"""),
            (HttpMethod.Patch, "/api/v1/work-orders/{0}/steps/cut", $$"""{"expectedQuantity":{{quantity}}}"""),
            (HttpMethod.Post, "/api/v1/work-orders/{0}/steps/cut/progress", $$"""{"completedQuantity":{{quantity}},"defectiveQuantity":0,"confirmationMode":"manual"}"""),
            (HttpMethod.Post, "/api/v1/work-orders/{0}/steps/cut/progress", $$"""{"completedQuantity":0,"defectiveQuantity":{{quantity}},"confirmationMode":"manual"}"""),
            (HttpMethod.Post, "/api/v1/work-orders/{0}/progress-logs/{1}/corrections", $$"""{"completedQuantity":{{quantity}},"defectiveQuantity":0,"reason":"r"}"""),
            (HttpMethod.Post, "/api/v1/work-orders/{0}/messages/read", $$"""{"sequence":{{quantity}}}"""),
        })
        {
            AssertRefused(await SendAsync(target.Owner, (method, path, body), target, body), $"{quantity} to {path}");
        }

        await AssertUnchangedAsync(target);
    }

    [Fact]
    public async Task Ten_thousand_steps_are_refused()
    {
        var user = await App.RegisterAsync();
        var order = ActorsClient.NewWorkOrder([.. Enumerable.Range(0, 10_000).Select(i => $"s{i}")]);

        AssertRefused(await user.PostAsync("/api/v1/work-orders", order), "10,000 steps");
        Assert.Equal(0, (await user.GetAsync("/api/v1/work-orders")).Meta.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("after=-1")]
    [InlineData("after=x")]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=1e2")]
    public async Task A_bad_range_of_rows_is_refused(string query)
    {
        var target = await TargetAsync();
        foreach (var path in new[] { "messages", "progress-logs" })
        {
            (await target.Owner.GetAsync($"/api/v1/work-orders/{target.Id}/{path}?{query}")).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        }
    }

    [Theory]
    [InlineData("/api/v1/nothing", HttpStatusCode.NotFound, "NOT_FOUND")]
    [InlineData("/", HttpStatusCode.NotFound, "NOT_FOUND")]
    [InlineData("/api/v1/work-orders/%ff%fe", null, null)]
    [InlineData("/api/v1/work-orders/..%2f..%2fetc", null, null)]
    [InlineData("/api/v1/work-orders/' or 1=1 --", null, null)]
    public async Task A_path_to_nowhere_says_so(string path, HttpStatusCode? status, string? code)
    {
        var answer = await (await App.RegisterAsync()).GetAsync(path);

        AssertRefused(answer, path);
        Assert.True(status is null || (answer.Status == status && answer.Code == code), answer.Text);
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_have_is_refused() =>
        (await (await App.RegisterAsync()).SendAsync(HttpMethod.Delete, "/api/v1/work-orders")).ExpectError(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");

    private sealed record Target(ActorsClient Owner, string Id, string LogId, string MessageId, string Before, int Orders);

    private async Task<Target> TargetAsync()
    {
        var owner = await App.RegisterAsync();
        var id = await owner.CreateReleasedWorkOrderAsync("cut", "weld");
        await owner.ReportAsync(id, "cut", 2);
        var message = (await owner.SayAsync(id, "hello")).Data.GetProperty("id").GetString()!;
        var log = (await owner.GetAsync($"/api/v1/work-orders/{id}/progress-logs")).Data[0].GetProperty("id").GetString()!;
        return new(owner, id, log, message, await SnapshotAsync(owner, id), 1);
    }

    /// <summary>The order, its log, its chat and its place in the list.</summary>
    private static async Task<string> SnapshotAsync(ActorsClient owner, string id) => string.Join('\n', await Task.WhenAll(
        new[] { $"/api/v1/work-orders/{id}", $"/api/v1/work-orders/{id}/progress-logs", $"/api/v1/work-orders/{id}/messages", "/api/v1/work-orders", "/api/v1/auth/me" }
            .Select(async path => (await owner.GetAsync(path)).Expect(HttpStatusCode.OK).Text)));

    private static async Task AssertUnchangedAsync(Target target) => Assert.Equal(target.Before, await SnapshotAsync(target.Owner, target.Id));

    private static void AssertRefused(Answer answer, string what) => Assert.True(
        (int)answer.Status is >= 400 and < 500 && answer.Code is { Length: > 0 }, $"{what}: {answer.Status} {answer.Text}");

    private static Task<Answer> SendAsync(
        ActorsClient client, (HttpMethod Method, string Path, string? Body) route, Target target, string? body, params (string, string)[] headers) =>
        client.SendTextAsync(route.Method, Fill(route.Path, target), body, "application/json", headers);

    private static string Fill(string path, Target target) => path
        .Replace("{0}", target.Id, StringComparison.Ordinal)
        .Replace("{1}", target.LogId, StringComparison.Ordinal)
        .Replace("{2}", target.MessageId, StringComparison.Ordinal);

    /// <summary>The path with every parameter as {}.</summary>
    private static string Shape(string path) => string.Join('/', path.Split('/').Select(part =>
        part.StartsWith('{') || part is "cut" or "weld" or "nobody" or "background" ? "{}" : part));

    /// <summary>A good body made bad in the given way.</summary>
    private static string Spoil(string good, string way)
    {
        string Each(string value) => $"{{{string.Join(',', JsonDocument.Parse(good).RootElement.EnumerateObject().Select(p => $"\"{p.Name}\":{value}"))}}}";
        return way switch
        {
            // -1 is a wrong type for text and a wrong value for a number.
            "numbers" => Each("-1"),
            "objects" => Each("""{"x":["\u0000"]}"""),
            "nulls" => Each("null"),
            "nuls" => Each("\"a\\u0000b\""),
            "surrogates" => Each("\"\\ud800\""),
            "twice" => good[..^1] + "," + good[1..],
            "huge" => Each($"\"{new string('x', 1_100_000)}\""),
            "deep" => Each(string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100)),
            """{"surprise":1}""" => good[..^1] + ",\"surprise\":1}",
            _ => way,
        };
    }
}
