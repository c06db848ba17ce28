using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Mail;
using Actors.Storage;
using Actors.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Audit;

/// <summary>The audit log over HTTP, on every store.</summary>
public abstract class AuditHttpTests : HttpTests
{
    private const string Audit = "/api/v1/admin/audit";
    private const string NewPassword = "staple battery horse";

    [Fact]
    public async Task What_a_user_does_to_his_account_is_written_down_in_order_with_address_and_request()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        await user.LoginAsync(user.Email, ActorsClient.Password);
        (await user.PostAsync("/api/v1/auth/password", new { currentPassword = ActorsClient.Password, newPassword = NewPassword })).Expect(HttpStatusCode.OK);
        await user.LoginAsync(user.Email, NewPassword);
        (await user.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, ("X-Request-Id", "logout-1"))).Expect(HttpStatusCode.NoContent);

        var entries = await EntriesAsync(admin, $"entity=user/{user.UserId}");

        Assert.Equal(
            ["user.registered", "user.logged-in", "user.logged-in", "user.password-changed", "user.logged-in", "user.logged-out"], entries.Select(Action));
        Assert.All(entries, e => Assert.Equal((user.UserId, "user"), (Text(e, "actorId"), Text(e, "actorType"))));
        Assert.All(entries, e => Assert.False(string.IsNullOrEmpty(Text(e, "requestId"))));
        Assert.Equal("logout-1", Text(entries[^1], "requestId"));
        Assert.Equal("""{"after":"registration","before":null}""", Sorted(entries[1].GetProperty("changes").GetProperty("grant")));
        Assert.Equal("""{"after":"password","before":null}""", Sorted(entries[2].GetProperty("changes").GetProperty("grant")));
    }

    [Fact]
    public async Task A_change_of_role_names_who_made_it_and_the_role_before_and_after()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{user.UserId}/access", new { role = "manager", factoryId = "f-1" })).Expect(HttpStatusCode.OK);

        var entry = Assert.Single(await EntriesAsync(admin, $"entity=user/{user.UserId}&action=user.access-changed"));

        Assert.Equal(admin.UserId, Text(entry, "actorId"));
        Assert.Equal("""{"after":"manager","before":"operator"}""", Sorted(entry.GetProperty("changes").GetProperty("role")));
        Assert.Equal("""{"after":"f-1","before":null}""", Sorted(entry.GetProperty("changes").GetProperty("factoryId")));
        Assert.False(entry.GetProperty("changes").TryGetProperty("tier", out _));
    }

    [Fact]
    public async Task Who_proves_himself_by_a_code_is_the_actor_though_the_system_acts_for_him()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        (await user.PostAsync("/api/v1/auth/code", new { email = user.Email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(App).CodeAsync(user.Email);
        (await user.PostAsync("/api/v1/auth/password/reset", new { email = user.Email, code, newPassword = NewPassword })).Expect(HttpStatusCode.OK);

        var entries = await EntriesAsync(admin, $"entity=user/{user.UserId}");

        Assert.Equal(
            ["user.registered", "user.logged-in", "user.email-confirmed", "user.password-reset", "user.logged-in"], entries.Select(Action));
        Assert.All(entries, e => Assert.Equal(user.UserId, Text(e, "actorId")));
        Assert.Equal("code", Text(entries[^1].GetProperty("changes").GetProperty("grant"), "after"));
    }

    [Fact]
    public async Task Failed_logins_and_the_lock_they_lead_to_are_written_down_for_nobody_known()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        for (var i = 0; i < 5; i++)
        {
            (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = $"guess {i}" })).Expect(HttpStatusCode.Unauthorized);
        }

        // What is refused unheard is no failure: a flood writes nothing more.
        (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = "guess" })).Expect(HttpStatusCode.TooManyRequests);
        var failed = await EntriesAsync(admin, $"entity=user/{user.UserId}&action=user.login-failed");
        var locked = Assert.Single(await EntriesAsync(admin, $"entity=user/{user.UserId}&action=login.locked-out"));

        Assert.Equal(5, failed.Count);
        Assert.All(failed.Append(locked), e => Assert.Equal((null, "anonymous"), (Text(e, "actorId"), Text(e, "actorType"))));
        Assert.Equal(JsonValueKind.String, locked.GetProperty("changes").GetProperty("until").GetProperty("after").ValueKind);
    }

    [Fact]
    public async Task Failed_codes_and_wrong_present_passwords_are_written_down()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        (await user.PostAsync("/api/v1/auth/verify", new { email = user.Email, code = "000000" })).Expect(HttpStatusCode.Unauthorized);
        (await user.PostAsync("/api/v1/auth/password", new { currentPassword = "wrong", newPassword = NewPassword })).Expect(HttpStatusCode.Forbidden);

        var failed = await EntriesAsync(admin, $"entity=user/{user.UserId}&action=user.login-failed");

        Assert.Equal(["code", "password-change"], failed.Select(e => Text(e.GetProperty("changes").GetProperty("grant"), "after")));
    }

    [Fact]
    public async Task A_command_that_is_refused_by_the_store_leaves_no_entry()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var key = $"{Guid.CreateVersion7()}";
        var refused = await App.Anonymous().SendAsync(
            HttpMethod.Post, "/api/v1/auth/register", new { email = user.Email, password = ActorsClient.Password }, ("Idempotency-Key", key), ("X-Request-Id", key));

        refused.ExpectError(HttpStatusCode.Conflict, "EMAIL_TAKEN");
        Assert.DoesNotContain(await EntriesAsync(admin, "action=user.registered"), e => Text(e, "requestId") == key);
    }

    [Fact]
    public async Task A_command_that_is_repeated_leaves_one_entry()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        for (var i = 0; i < 3; i++)
        {
            (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{user.UserId}/access", new { role = "manager", factoryId = "f-1" }, ("Idempotency-Key", $"{user.UserId}")))
                .Expect(HttpStatusCode.OK);
        }

        Assert.Single(await EntriesAsync(admin, $"entity=user/{user.UserId}&action=user.access-changed"));
    }

    [Fact]
    public async Task Deleting_an_order_and_giving_a_step_to_somebody_is_written_down_and_progress_is_not()
    {
        var (admin, owner, worker) = (await App.AdminAsync(), await App.RegisterAsync(), await App.RegisterAsync());
        var deleted = await owner.CreateWorkOrderAsync("cut");
        (await owner.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{deleted}")).Expect(HttpStatusCode.OK);
        var order = await owner.CreateReleasedWorkOrderAsync("cut");
        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{order}/steps/cut", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        (await worker.ReportAsync(order, "cut", 3)).Expect(HttpStatusCode.OK);

        Assert.Equal(["work-order.deleted"], (await EntriesAsync(admin, $"entity=work-order/{deleted}")).Select(Action));
        var given = Assert.Single(await EntriesAsync(admin, $"entity=work-order/{order}"));
        Assert.Equal(("work-order.step-reassigned", owner.UserId), (Action(given), Text(given, "actorId")));
        Assert.Equal(worker.UserId, Text(given.GetProperty("changes").GetProperty("steps.cut.assigneeId"), "after"));
    }

    [Fact]
    public async Task A_new_key_is_written_down_with_who_ordered_it()
    {
        var admin = await App.AdminAsync();
        var kid = (await admin.PostAsync("/api/v1/admin/keys/rotate")).Expect(HttpStatusCode.OK).Data.GetProperty("kid").GetString();

        var entry = Assert.Single(await EntriesAsync(admin, $"entity=key/{kid}"));

        Assert.Equal(("key.rotated", admin.UserId), (Action(entry), Text(entry, "actorId")));
    }

    [Fact]
    public async Task An_account_of_another_system_that_is_linked_is_written_down_and_the_login_by_it_too()
    {
        var admin = await App.AdminAsync();
        var identity = new ForeignIdentity { Provider = "github", Subject = $"{Guid.CreateVersion7()}", Email = $"{Guid.CreateVersion7():n}@example.org", IsEmailVerified = true };
        var user = (await App.Services.GetRequiredService<IGrainFactory>().GetGrain<IIdentityGrain>(identity.Key()).SignIn(identity, new(null, null, null))).User;

        var entries = await EntriesAsync(admin, $"entity=user/{user.Id}");

        Assert.Equal(["user.registered", "user.identity-linked", "user.logged-in"], entries.Select(Action));
        Assert.All(entries, e => Assert.Equal(user.Id, Text(e, "actorId")));
        Assert.Equal("github", Text(entries[^1].GetProperty("changes").GetProperty("grant"), "after"));
    }

    [Fact]
    public void Old_entries_are_swept() =>
        Assert.Single(App.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>(), service => service is AuditSweeper);

    [Fact]
    public async Task No_secret_is_in_the_log()
    {
        var user = await App.RegisterAsync();
        (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = "a secret guess" })).Expect(HttpStatusCode.Unauthorized);
        (await user.PostAsync("/api/v1/auth/password", new { currentPassword = ActorsClient.Password, newPassword = NewPassword })).Expect(HttpStatusCode.OK);
        await user.LoginAsync(user.Email, NewPassword);

        var rows = await App.Services.GetRequiredService<Database>().ListAsync(
            "select * from audit_logs", [], row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => $"{row.GetValue(i)}")), TestContext.Current.CancellationToken);

        Assert.NotEmpty(rows);
        foreach (var secret in new[] { ActorsClient.Password, NewPassword, "a secret guess", "$2", "eyJ", user.Email, user.RefreshToken.Split('.')[^1] })
        {
            Assert.DoesNotContain(rows, row => row.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Pages_show_every_entry_once_the_newest_first()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        for (var i = 0; i < 5; i++)
        {
            await user.LoginAsync(user.Email, ActorsClient.Password);
        }

        var ids = new List<string>();
        var cursor = "";
        while (cursor is not null)
        {
            var page = (await admin.GetAsync($"{Audit}?actor={user.UserId}&limit=3{cursor}")).Expect(HttpStatusCode.OK);
            ids.AddRange(page.Data.EnumerateArray().Select(e => Text(e, "id")!));
            cursor = page.Meta.TryGetProperty("nextCursor", out var next) ? $"&cursor={next.GetString()}" : null;
        }

        Assert.Equal(7, ids.Distinct().Count());
        Assert.Equal(7, ids.Count);
        Assert.Equal(ids.OrderByDescending(id => id, StringComparer.Ordinal), ids);
    }

    [Fact]
    public async Task Entries_are_found_by_time()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var at = (await EntriesAsync(admin, $"entity=user/{user.UserId}"))[^1].GetProperty("at").GetDateTimeOffset();

        Assert.NotEmpty(await EntriesAsync(admin, $"entity=user/{user.UserId}&from={Uri.EscapeDataString($"{at:O}")}"));
        Assert.Empty(await EntriesAsync(admin, $"entity=user/{user.UserId}&from={Uri.EscapeDataString($"{at.AddMilliseconds(1):O}")}"));
        Assert.DoesNotContain(
            await EntriesAsync(admin, $"entity=user/{user.UserId}&to={Uri.EscapeDataString($"{at:O}")}"), e => e.GetProperty("at").GetDateTimeOffset() >= at);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("from=yesterday")]
    [InlineData("cursor=none")]
    [InlineData("entity=/42")]
    public async Task A_bad_query_is_refused(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await (await App.AdminAsync()).GetAsync($"{Audit}?{query}")).Status);

    [Fact]
    public async Task Only_administrators_read_it() =>
        (await (await App.RegisterAsync()).GetAsync(Audit)).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");

    /// <summary>Up to a hundred entries, the oldest first.</summary>
    private protected static async Task<List<JsonElement>> EntriesAsync(ActorsClient admin, string query) =>
        [.. (await admin.GetAsync($"{Audit}?limit=100&{query}")).Expect(HttpStatusCode.OK).Data.EnumerateArray().Reverse()];

    private static string? Text(JsonElement entry, string field) => entry.GetProperty(field).GetString();

    private protected static string? Action(JsonElement entry) => Text(entry, "action");

    // Stores keep the fields of JSON in orders of their own.
    private static string Sorted(JsonElement json) => JsonSerializer.Serialize(
        new SortedDictionary<string, JsonElement>(json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value), StringComparer.Ordinal));
}

/// <inheritdoc />
public sealed class AuditHttpOnSqliteTests(SharedApps apps) : AuditHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task A_refresh_token_that_comes_again_after_its_time_is_written_down()
    {
        await using var app = new ActorsApp(settings: ("Jwt:RefreshGrace", "00:00:00"));
        var (admin, owner) = (await app.AdminAsync(), await app.RegisterAsync());
        var stolen = owner.RefreshToken;
        await owner.RefreshAsync();
        (await app.Anonymous().PostAsync("/api/v1/auth/refresh", new { refreshToken = stolen })).Expect(HttpStatusCode.Unauthorized);

        Assert.Equal("user.refresh-replayed", Action((await EntriesAsync(admin, $"entity=user/{owner.UserId}"))[^1]));
    }
}

/// <inheritdoc />
public sealed class AuditHttpOnPostgresTests(SharedApps apps, PostgresServer server) : AuditHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
