using System.Net;
using System.Text;
using System.Text.Json;
using Actors.Infrastructure;
using Microsoft.AspNetCore.WebUtilities;

namespace Actors.Http;

/// <summary>Accounts and tokens over HTTP, on every store.</summary>
public abstract class AuthHttpTests : HttpTests
{
    [Fact]
    public async Task Who_registers_can_log_in_and_see_himself()
    {
        var user = await App.RegisterAsync();

        var session = (await user.PostAsync("/api/v1/auth/login", new { email = user.Email.ToUpperInvariant(), password = ActorsClient.Password })).Expect(HttpStatusCode.OK).Data;
        var me = (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK).Data;

        Assert.Equal(session.GetProperty("user").ToString(), me.ToString());
        Assert.Equal(
            (user.UserId, user.Email, "测试", "free", "operator"),
            (Text(me, "id"), Text(me, "email"), Text(me, "username"), Text(me, "tier"), Text(me, "role")));
        Assert.DoesNotContain("assword", me.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documents_paths_reach_the_same_account()
    {
        var email = $"{Guid.CreateVersion7():n}@example.org";
        var user = App.Anonymous();

        (await user.PostAsync("/api/auth/register", new { email, password = ActorsClient.Password })).Expect(HttpStatusCode.Created);
        user.Token = Text((await user.PostAsync("/api/auth/login", new { email, password = ActorsClient.Password })).Expect(HttpStatusCode.OK).Data, "token");

        Assert.Equal(email, Text((await user.GetAsync("/api/auth/me")).Expect(HttpStatusCode.OK).Data, "email"));
    }

    [Fact]
    public async Task An_address_has_one_account()
    {
        var user = await App.RegisterAsync();

        Assert.Equal(HttpStatusCode.Conflict, (await App.Anonymous().RegisterAsync(user.Email.ToUpperInvariant())).Status);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var user = await App.RegisterAsync();

        var wrong = await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = "not the password" });
        var unknown = await user.PostAsync("/api/v1/auth/login", new { email = "nobody@example.org", password = "not the password" });

        wrong.ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        Assert.Equal(wrong.Text, unknown.Text);
    }

    [Fact]
    public async Task A_token_says_who_the_user_is_for_seven_days()
    {
        var user = await App.RegisterAsync();

        var claims = JsonDocument.Parse(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(user.Token!.Split('.')[1]))).RootElement;

        Assert.Equal((user.UserId, user.Email, "free"), (Text(claims, "userId"), Text(claims, "email"), Text(claims, "tier")));
        Assert.Equal(7 * 24 * 3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task Without_a_token_and_with_a_bad_one_the_documents_words_are_answered()
    {
        var nobody = App.Anonymous();
        var without = (await nobody.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "UNAUTHENTICATED");
        nobody.Token = "bad";
        var bad = (await nobody.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");

        Assert.Equal(("Unauthorized", "Invalid token"), (Text(without.Error, "message"), Text(bad.Error, "message")));
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}

/// <inheritdoc />
public sealed class AuthHttpOnSqliteTests(SharedApps apps) : AuthHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class AuthHttpOnPostgresTests(SharedApps apps, PostgresServer server) : AuthHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
