using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Actors.Infrastructure;

namespace Actors.Users;

/// <summary>What somebody might try who is not who he says he is.</summary>
public sealed class AccessAttackTests(SharedApps apps) : HttpTests
{
    private const string Login = "/api/v1/auth/login";
    private const string Refresh = "/api/v1/auth/refresh";

    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task Tokens_that_were_not_signed_by_us_for_now_are_refused()
    {
        var user = await App.RegisterAsync();
        var (header, claims) = (TokenText.Header(user.Token!).ToString(), TokenText.Claims(user.Token!).ToString());
        var kid = TokenText.Header(user.Token!).GetProperty("kid").GetString()!;
        var jwk = (await user.GetAsync("/.well-known/jwks.json")).Body.GetProperty("keys").EnumerateArray().First(k => k.GetProperty("kid").GetString() == kid);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] Foreign(byte[] signed) => foreign.SignData(signed, HashAlgorithmName.SHA256);

        // The public key as the secret of HS256: the classic confusion.
        byte[] Confused(byte[] signed) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(jwk.ToString()), signed);
        string[] forged =
        [
            TokenText.Of(header, claims, Foreign),
            TokenText.Of($$"""{"alg":"ES256","kid":"{{kid}}","jwk":{{jwk}} }""", claims, Foreign),
            TokenText.Of("""{"alg":"ES256","kid":"not-ours"}""", claims, Foreign),
            TokenText.Of("""{"alg":"ES256"}""", claims, Foreign),
            TokenText.Of($$"""{"alg":"HS256","kid":"{{kid}}"}""", claims, Confused),
            TokenText.Of($$"""{"alg":"none","kid":"{{kid}}"}""", claims, _ => []),
            TokenText.Of("""{"alg":"none"}""", claims, _ => []),
            $"{string.Join('.', user.Token!.Split('.')[..2])}.",
            string.Join('.', user.Token!.Split('.')[0], TokenText.Of(header, claims.Replace("operator", "admin", StringComparison.Ordinal), _ => []).Split('.')[1], user.Token!.Split('.')[2]),
        ];
        foreach (var token in forged)
        {
            var attacker = App.Anonymous();
            attacker.Token = token;
            (await attacker.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        }

        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_is_over_is_refused()
    {
        await using var app = new ActorsApp(settings: ("Jwt:Lifetime", "00:00:02"));
        var user = await app.RegisterAsync();
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);

        await Waiting.UntilAsync(
            async () => (await user.GetAsync("/api/v1/auth/me")).Code == "INVALID_TOKEN", TimeSpan.FromSeconds(10), () => "The token did not end.");
        await user.RefreshAsync();
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_role_in_the_body_gives_none()
    {
        var nobody = App.Anonymous();
        foreach (var field in new[] { "role", "tier", "id", "factoryId" })
        {
            var body = new JsonObject { ["email"] = $"{Guid.CreateVersion7():n}@example.org", ["password"] = ActorsClient.Password, [field] = "admin" };
            (await nobody.PostAsync("/api/v1/auth/register", body)).ExpectError(HttpStatusCode.BadRequest, "UNKNOWN_FIELD");
        }
    }

    [Fact]
    public async Task Guessing_passwords_locks_the_account_whether_there_is_one_or_not_and_the_right_one_then_does_not_help()
    {
        var user = await App.RegisterAsync();
        foreach (var email in new[] { user.Email, $"{Guid.CreateVersion7():n}@example.org" })
        {
            for (var i = 0; i < 5; i++)
            {
                (await App.Anonymous().PostAsync(Login, new { email, password = $"guess {i}" })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
            }

            var locked = (await App.Anonymous().PostAsync(Login, new { email, password = ActorsClient.Password }))
                .ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
            Assert.InRange(locked.Message.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 20, 30);
        }

        // Every grant, not the login alone; what was granted before goes on.
        (await App.Anonymous().PostAsync(Refresh, new { refreshToken = user.RefreshToken })).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Parallel_guesses_are_counted_one_by_one()
    {
        var user = await App.RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => App.Anonymous().PostAsync(Login, new { email = user.Email, password = $"guess {i}" })));

        Assert.Equal(5, answers.Count(a => a.Code == "INVALID_CREDENTIALS"));
        Assert.Equal(25, answers.Count(a => a.Code == "TOO_MANY_FAILURES"));
    }

    [Fact]
    public async Task Right_passwords_forget_the_wrong_ones_before()
    {
        var user = await App.RegisterAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                (await user.PostAsync(Login, new { email = user.Email, password = "wrong password" })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
            }

            await user.LoginAsync(user.Email, ActorsClient.Password);
        }
    }

    [Fact]
    public async Task Guessing_over_many_accounts_locks_the_address_also_after_a_restart()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string>
        {
            ["Lockout__AddressFailures"] = "8",
            ["Lockout__FirstDelay"] = "00:10:00",
            ["Passwords__BcryptCost"] = "4",
        });
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        for (var i = 0; i < 8; i++)
        {
            (await user.PostAsync(Login, new { email = $"nobody-{i}@example.org", password = "Passw0rd!" })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        }

        (await user.PostAsync(Login, new { email = user.Email, password = ActorsClient.Password })).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
        await actors.RestartAsync();
        (await user.PostAsync(Login, new { email = user.Email, password = ActorsClient.Password })).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK); // keys and sessions outlive the process too
    }

    [Fact]
    public async Task Fifty_refreshes_of_one_token_at_once_get_the_same_successor()
    {
        var user = await App.RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => App.Anonymous().PostAsync(Refresh, new { refreshToken = user.RefreshToken })));

        var successor = Assert.Single(answers.Select(a => a.Expect(HttpStatusCode.OK).Data.GetProperty("refreshToken").GetString()).Distinct());
        Assert.NotEqual(user.RefreshToken, successor);
        user.Token = answers[0].Data.GetProperty("token").GetString();
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        Assert.Equal(1, (await user.GetAsync("/api/v1/auth/sessions")).Data.GetArrayLength());
    }

    [Fact]
    public async Task A_refresh_token_used_again_after_the_grace_ends_the_session_of_the_thief_and_the_owner()
    {
        await using var app = new ActorsApp(settings: ("Jwt:RefreshGrace", "00:00:00"));
        var owner = await app.RegisterAsync();
        var stolen = owner.RefreshToken;
        await owner.RefreshAsync();

        (await app.Anonymous().PostAsync(Refresh, new { refreshToken = stolen })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_REFRESH_TOKEN");

        (await owner.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await app.Anonymous().PostAsync(Refresh, new { refreshToken = owner.RefreshToken })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_REFRESH_TOKEN");
    }

    [Fact]
    public async Task A_refresh_token_cannot_be_made_from_another()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var (mine, his) = (user.RefreshToken.Split('.'), other.RefreshToken.Split('.'));
        string[] forged = [$"{his[0]}.{his[1]}.1.{mine[3]}", $"{mine[0]}.{mine[1]}.2.{mine[3]}", $"{mine[0]}.{his[1]}.1.{mine[3]}", $"{mine[0]}.{mine[1]}.1.", "x", "...."];

        foreach (var token in forged)
        {
            (await App.Anonymous().PostAsync(Refresh, new { refreshToken = token })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_REFRESH_TOKEN");
        }

        await user.RefreshAsync();
        await other.RefreshAsync();
    }

    [Fact]
    public async Task Other_peoples_sessions_do_not_exist()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = (await other.GetAsync("/api/v1/auth/sessions")).Data[0].GetProperty("id").GetString();

        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{id}")).ExpectError(HttpStatusCode.NotFound, "SESSION_NOT_FOUND");

        (await other.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_idempotency_key_gets_nobody_elses_tokens()
    {
        var user = await App.RegisterAsync();
        (await user.SendAsync(HttpMethod.Post, Login, new { email = user.Email, password = ActorsClient.Password }, ("Idempotency-Key", "guessed"))).Expect(HttpStatusCode.OK);

        (await App.Anonymous().SendAsync(HttpMethod.Post, Login, new { email = user.Email, password = "wrong password" }, ("Idempotency-Key", "guessed")))
            .ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
    }
}
