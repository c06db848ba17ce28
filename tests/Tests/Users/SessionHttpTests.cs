using System.Net;
using Actors.Infrastructure;

namespace Actors.Users;

/// <summary>Sessions over HTTP, on every store.</summary>
public abstract class SessionHttpTests : HttpTests
{
    [Fact]
    public async Task A_user_sees_where_he_is_logged_in_and_which_session_asks()
    {
        var phone = await App.RegisterAsync();
        var desk = App.Anonymous();
        await desk.PostAsync("/api/v1/auth/login", new { email = phone.Email, password = ActorsClient.Password, deviceName = "Werkbank 3" });
        var sessions = (await phone.GetAsync("/api/v1/auth/sessions")).Expect(HttpStatusCode.OK).Data.EnumerateArray().ToList();

        Assert.Equal(2, sessions.Count);
        Assert.Single(sessions, s => s.GetProperty("isCurrent").GetBoolean());
        Assert.Equal("Werkbank 3", Assert.Single(sessions, s => !s.GetProperty("isCurrent").GetBoolean()).GetProperty("deviceName").GetString());
    }

    [Fact]
    public async Task After_logout_the_token_does_not_hold_and_others_do()
    {
        var (one, other) = await TwiceAsync();

        (await one.PostAsync("/api/v1/auth/logout")).Expect(HttpStatusCode.NoContent);

        (await one.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await one.PostAsync("/api/v1/auth/refresh", new { refreshToken = one.RefreshToken })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_REFRESH_TOKEN");
        (await other.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("others", HttpStatusCode.OK, HttpStatusCode.Unauthorized)]
    [InlineData("all", HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    public async Task A_user_logs_out_elsewhere(string scope, HttpStatusCode here, HttpStatusCode there)
    {
        var (one, other) = await TwiceAsync();

        (await one.PostAsync("/api/v1/auth/logout", new { scope })).Expect(HttpStatusCode.NoContent);

        (await one.GetAsync("/api/v1/auth/me")).Expect(here);
        (await other.GetAsync("/api/v1/auth/me")).Expect(there);
    }

    [Fact]
    public async Task One_session_can_be_ended_from_another()
    {
        var (one, other) = await TwiceAsync();
        var sessions = (await one.GetAsync("/api/v1/auth/sessions")).Data.EnumerateArray();
        var id = sessions.Single(s => !s.GetProperty("isCurrent").GetBoolean()).GetProperty("id").GetString();

        (await one.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{id}")).Expect(HttpStatusCode.OK);

        (await other.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await one.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{id}")).ExpectError(HttpStatusCode.NotFound, "SESSION_NOT_FOUND");
    }

    [Fact]
    public async Task A_login_that_is_repeated_with_its_key_opens_one_session()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < 3; i++)
        {
            (await user.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password }, ("Idempotency-Key", "once"))).Expect(HttpStatusCode.OK);
        }

        Assert.Equal(2, (await user.GetAsync("/api/v1/auth/sessions")).Data.GetArrayLength());
    }

    [Fact]
    public async Task A_live_feed_ends_with_its_session()
    {
        var (one, other) = await TwiceAsync();
        var id = await one.CreateReleasedWorkOrderAsync("cut");
        await using var feed = await other.WatchAsync(id, "0");
        await feed.NextAsync(); // created
        await feed.NextAsync(); // released

        (await one.PostAsync("/api/v1/auth/logout", new { scope = "others" })).Expect(HttpStatusCode.NoContent);

        Assert.False(await feed.NextOrEndAsync(), "The feed went on.");
    }

    [Fact]
    public async Task A_change_of_role_counts_within_a_second_whatever_the_token_says()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var order = await admin.CreateWorkOrderAsync();
        (await user.GetAsync($"/api/v1/work-orders/{order}")).Expect(HttpStatusCode.NotFound);

        (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{user.UserId}/access", new { role = "admin" })).Expect(HttpStatusCode.OK);
        await user.GetUntilAsync($"/api/v1/work-orders/{order}", HttpStatusCode.OK);
        (await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{user.UserId}/access", new { role = "operator" })).Expect(HttpStatusCode.OK);

        await user.GetUntilAsync($"/api/v1/work-orders/{order}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_published_keys_have_the_one_that_signed_and_after_a_rotation_both()
    {
        var (admin, user) = (await App.AdminAsync(), await App.RegisterAsync());
        var before = TokenText.Header(user.Token!).GetProperty("kid").GetString();

        var kid = (await admin.PostAsync("/api/v1/admin/keys/rotate")).Expect(HttpStatusCode.OK).Data.GetProperty("kid").GetString();
        await user.LoginAsync(user.Email, ActorsClient.Password);
        var later = App.Anonymous();
        later.Token = user.Token;

        Assert.NotEqual(before, kid);
        Assert.Equal(kid, TokenText.Header(user.Token!).GetProperty("kid").GetString());
        (await later.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        (await admin.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK); // signed by the key before
        var keys = (await later.GetAsync("/.well-known/jwks.json")).Expect(HttpStatusCode.OK).Body.GetProperty("keys").EnumerateArray().ToList();
        Assert.Contains(keys, k => k.GetProperty("kid").GetString() == kid);
        Assert.Contains(keys, k => k.GetProperty("kid").GetString() == before);
        Assert.All(keys, k => Assert.False(k.TryGetProperty("d", out _)));
    }

    [Fact]
    public async Task Only_administrators_rotate_keys() =>
        (await (await App.RegisterAsync()).PostAsync("/api/v1/admin/keys/rotate")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");

    private async Task<(ActorsClient One, ActorsClient Other)> TwiceAsync()
    {
        var one = await App.RegisterAsync();
        var other = App.Anonymous();
        await other.LoginAsync(one.Email, ActorsClient.Password);
        return (one, other);
    }
}

/// <inheritdoc />
public sealed class SessionHttpOnSqliteTests(SharedApps apps) : SessionHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class SessionHttpOnPostgresTests(SharedApps apps, PostgresServer server) : SessionHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
