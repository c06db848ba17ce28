using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Mail;

namespace Actors.Users;

/// <summary>What administrators do to users, on every store.</summary>
public abstract class AdminHttpTests : HttpTests
{
    private const string Users = "/api/v1/admin/users";

    [Fact]
    public async Task An_administrator_changes_tier_role_and_factory_and_it_holds_at_once()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());

        var changed = (await PatchAsync(admin, user, new { tier = "premium", role = "manager", factoryId = "f-1" })).Expect(HttpStatusCode.OK).Data;

        Assert.Equal(("premium", "manager", "f-1"), (Text(changed, "tier"), Text(changed, "role"), Text(changed, "factoryId")));
        Assert.Equal("manager", Text((await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK).Data, "role"));
        Assert.Equal("f-1", Text((await PatchAsync(admin, user, new { tier = "free" })).Data, "factoryId")); // what is absent stays
        (await PatchAsync(admin, user, new { factoryId = (string?)null })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        (await PatchAsync(admin, user, new { role = (string?)null })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task A_locked_user_is_out_at_once_and_no_grant_lets_him_in_until_he_is_unlocked()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        (await user.PostAsync("/api/v1/auth/code", new { email = user.Email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(App).CodeAsync(user.Email);

        (await PatchAsync(admin, user, new { locked = true })).Expect(HttpStatusCode.OK);

        (await user.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await user.PostAsync("/api/v1/auth/refresh", new { refreshToken = user.RefreshToken })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_REFRESH_TOKEN");
        (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password })).ExpectError(HttpStatusCode.Forbidden, "ACCOUNT_LOCKED");
        (await App.Anonymous().PostAsync("/api/v1/auth/verify", new { email = user.Email, code })).ExpectError(HttpStatusCode.Forbidden, "ACCOUNT_LOCKED");
        (await App.Anonymous().PostAsync("/api/v1/auth/password/reset", new { email = user.Email, code, newPassword = "another password" }))
            .ExpectError(HttpStatusCode.Forbidden, "ACCOUNT_LOCKED");
        (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = "wrong password" }))
            .ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS"); // only who knows the password learns of the lock

        (await PatchAsync(admin, user, new { locked = false })).Expect(HttpStatusCode.OK);
        await user.LoginAsync(user.Email, ActorsClient.Password);
    }

    [Fact]
    public async Task A_live_feed_of_a_locked_user_ends()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var order = await user.CreateWorkOrderAsync();
        await using var feed = await user.WatchAsync(order, "0");
        await feed.NextAsync(); // created

        (await PatchAsync(admin, user, new { locked = true })).Expect(HttpStatusCode.OK);

        Assert.False(await feed.NextOrEndAsync(), "The feed went on.");
    }

    [Fact]
    public async Task Who_changes_what_another_changed_before_him_is_told()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var seen = (await admin.GetAsync($"{Users}/{user.UserId}")).Expect(HttpStatusCode.OK).ETag!;
        await user.LoginAsync(user.Email, ActorsClient.Password); // a login is no change of what administrators see

        (await admin.SendAsync(HttpMethod.Patch, $"{Users}/{user.UserId}", new { tier = "premium" }, ("If-Match", seen))).Expect(HttpStatusCode.OK);
        (await admin.SendAsync(HttpMethod.Patch, $"{Users}/{user.UserId}", new { tier = "enterprise" }, ("If-Match", seen)))
            .ExpectError(HttpStatusCode.PreconditionFailed, "VERSION_MISMATCH");

        Assert.Equal("premium", Text((await admin.GetAsync($"{Users}/{user.UserId}")).Data, "tier"));
    }

    [Fact]
    public async Task Users_are_found_by_address_name_role_tier_and_lock()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        (await PatchAsync(admin, user, new { tier = "enterprise", locked = true })).Expect(HttpStatusCode.OK);
        var part = user.Email[..20].ToUpperInvariant();

        Assert.Equal(user.UserId, Assert.Single(await ListAsync(admin, $"q={part}")));
        Assert.Equal(user.UserId, Assert.Single(await ListAsync(admin, $"q={part}&tier=enterprise&role=operator&locked=true")));
        Assert.Empty(await ListAsync(admin, $"q={part}&tier=free"));
        Assert.Empty(await ListAsync(admin, $"q={part}&role=admin"));
        Assert.Empty(await ListAsync(admin, $"q={part}&locked=false"));
        Assert.Empty(await ListAsync(admin, "q=%25_"));
        Assert.Contains(user.UserId, await ListAsync(admin, "q=测试&limit=100"));
    }

    [Fact]
    public async Task Pages_show_every_user_once_the_newest_first()
    {
        var admin = await App.AdminAsync();
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Add((await App.RegisterAsync()).UserId);
        }

        var seen = (await admin.GetAllAsync(Users, "cursor")).Select(u => Text(u, "id")!).ToList();

        Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.All(made, id => Assert.Contains(id, seen));
    }

    [Fact]
    public async Task An_administrator_acts_as_a_user_and_the_log_names_both()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var acting = await ActAsAsync(admin, user);
        var order = await acting.CreateWorkOrderAsync();
        (await acting.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{order}")).Expect(HttpStatusCode.OK);

        Assert.Equal(user.UserId, Text((await acting.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK).Data, "id"));
        Assert.Equal(admin.UserId, TokenText.Claims(acting.Token!).GetProperty("act").GetProperty("sub").GetString());
        var began = await AuditAsync(admin, $"entity=user/{user.UserId}&action=user.impersonated");
        Assert.Equal((admin.UserId, null), (Text(began, "actorId"), Text(began, "impersonatorId")));
        var deleted = await AuditAsync(admin, $"entity=work-order/{order}");
        Assert.Equal((user.UserId, admin.UserId), (Text(deleted, "actorId"), Text(deleted, "impersonatorId")));
        Assert.Contains((await admin.GetAsync($"/api/v1/admin/audit?actor={admin.UserId}&limit=100")).Data.EnumerateArray(), e => Text(e, "id") == Text(deleted, "id"));
    }

    [Fact]
    public async Task Who_acts_as_a_user_can_neither_administer_nor_change_how_he_signs_in_nor_end_his_sessions()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var acting = await ActAsAsync(admin, user);
        var session = (await user.GetAsync("/api/v1/auth/sessions")).Data.EnumerateArray().Single(s => !s.GetProperty("isImpersonation").GetBoolean());

        (await acting.GetAsync(Users)).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await acting.GetAsync("/api/v1/admin/audit")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await acting.PostAsync("/api/v1/auth/password", new { currentPassword = ActorsClient.Password, newPassword = "another password" })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await acting.PostAsync("/api/v1/auth/logout", new { scope = "others" })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await acting.PostAsync("/api/v1/auth/logout", new { scope = "all" })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await acting.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{Text(session, "id")}")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);

        (await acting.PostAsync("/api/v1/auth/logout")).Expect(HttpStatusCode.NoContent); // his own
        (await acting.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
    }

    [Fact]
    public async Task A_code_proved_while_somebody_acts_as_the_user_does_not_count_as_proved_by_himself()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var acting = await ActAsAsync(admin, user);
        (await user.PostAsync("/api/v1/auth/code", new { email = user.Email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(App).CodeAsync(user.Email);

        (await acting.PostAsync("/api/v1/auth/verify", new { email = user.Email, code })).Expect(HttpStatusCode.OK);

        // As for anybody who was not signed in: the password from before the proof goes.
        (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task A_user_sees_that_somebody_acts_as_him_and_can_end_it()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var acting = await ActAsAsync(admin, user);

        var session = (await user.GetAsync("/api/v1/auth/sessions")).Data.EnumerateArray().Single(s => s.GetProperty("isImpersonation").GetBoolean());
        Assert.InRange((session.GetProperty("expiresAt").GetDateTimeOffset() - session.GetProperty("createdAt").GetDateTimeOffset()).TotalMinutes, 14.9, 15.1);
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{Text(session, "id")}")).Expect(HttpStatusCode.OK);

        (await acting.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
    }

    [Fact]
    public async Task Nobody_acts_as_an_administrator_or_as_a_locked_user()
    {
        var (admin, other, user) = (await App.AdminAsync(), await App.RegisterAsync(), await App.RegisterAsync());
        (await PatchAsync(admin, other, new { role = "admin" })).Expect(HttpStatusCode.OK);
        (await PatchAsync(admin, user, new { locked = true })).Expect(HttpStatusCode.OK);

        (await admin.PostAsync($"{Users}/{other.UserId}/impersonate")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await admin.PostAsync($"{Users}/{user.UserId}/impersonate")).ExpectError(HttpStatusCode.Conflict, "USER_LOCKED");
        (await PatchAsync(admin, other, new { role = "operator" })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_acts_as_a_user_does_not_act_as_the_administrator_that_he_becomes()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var acting = await ActAsAsync(admin, user);

        (await PatchAsync(admin, user, new { role = "admin" })).Expect(HttpStatusCode.OK);

        (await acting.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        (await PatchAsync(admin, user, new { role = "operator" })).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("limit=101")]
    [InlineData("role=king")]
    [InlineData("tier=gold")]
    [InlineData("locked=maybe")]
    [InlineData("cursor=none")]
    public async Task A_bad_query_is_refused(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await (await App.AdminAsync()).GetAsync($"{Users}?{query}")).Status);

    private static async Task<ActorsClient> ActAsAsync(ActorsClient admin, ActorsClient user)
    {
        var answer = (await admin.PostAsync($"{Users}/{user.UserId}/impersonate")).Expect(HttpStatusCode.OK);
        Assert.False(answer.Data.TryGetProperty("refreshToken", out _));
        return user.With(answer.Data.GetProperty("token").GetString()!);
    }

    private static Task<Answer> PatchAsync(ActorsClient admin, ActorsClient user, object change) =>
        admin.SendAsync(HttpMethod.Patch, $"{Users}/{user.UserId}", change);

    private static async Task<List<string?>> ListAsync(ActorsClient admin, string query) =>
        [.. (await admin.GetAsync($"{Users}?{query}")).Expect(HttpStatusCode.OK).Data.EnumerateArray().Select(u => Text(u, "id"))];

    private static async Task<JsonElement> AuditAsync(ActorsClient admin, string query) =>
        Assert.Single((await admin.GetAsync($"/api/v1/admin/audit?{query}")).Expect(HttpStatusCode.OK).Data.EnumerateArray());

    private static string? Text(JsonElement json, string field) => json.GetProperty(field).GetString();
}

/// <inheritdoc />
public sealed class AdminHttpOnSqliteTests(SharedApps apps) : AdminHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class AdminHttpOnPostgresTests(SharedApps apps, PostgresServer server) : AdminHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
