using System.Net;
using Actors.Infrastructure;
using Actors.Mail;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Users;

/// <summary>The second factor over HTTP, on every store.</summary>
public abstract class TwoFactorHttpTests : HttpTests
{
    private const string TwoFactor = "/api/v1/auth/two-factor";
    private const string NewPassword = "staple battery horse";

    private sealed record Enrolled(ActorsClient User, Authenticator App, List<string> Recovery);

    [Fact]
    public async Task A_login_asks_for_the_second_factor_once_it_is_confirmed()
    {
        var user = await App.RegisterAsync();
        var secret = (await user.PostAsync($"{TwoFactor}/enrol")).Expect(HttpStatusCode.OK).Data;
        Assert.StartsWith("otpauth://totp/Actors:", secret.GetProperty("otpauthUri").GetString(), StringComparison.Ordinal);
        await user.LoginAsync(user.Email, ActorsClient.Password);
        var app = new Authenticator(secret);

        (await user.PostAsync($"{TwoFactor}/confirm", new { code = app.Wrong() })).ExpectError(HttpStatusCode.Forbidden, "WRONG_CODE");
        await user.LoginAsync(user.Email, ActorsClient.Password);
        var codes = (await user.PostAsync($"{TwoFactor}/confirm", new { code = app.Next() })).Expect(HttpStatusCode.OK).Data.GetProperty("codes");

        Assert.Equal(10, codes.EnumerateArray().Select(c => c.GetString()).Distinct().Count());
        var challenge = await ChallengeAsync(user);
        var session = (await ProveAsync(challenge, app.Next())).Expect(HttpStatusCode.OK).Data;
        user.Token = session.GetProperty("token").GetString();
        Assert.Equal(user.UserId, (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK).Data.GetProperty("id").GetString());
        Assert.True((await user.GetAsync(TwoFactor)).Expect(HttpStatusCode.OK).Data.GetProperty("isEnabled").GetBoolean());
        await user.RefreshAsync(); // the session from before goes on, and is not asked again
    }

    [Fact]
    public async Task Every_grant_asks_for_it()
    {
        var (user, app, recovery) = await EnrolAsync();
        var grants = new Dictionary<string, Func<Task<string>>>(StringComparer.Ordinal)
        {
            ["password"] = () => ChallengeAsync(user),
            ["code"] = async () =>
            {
                var code = await AskAsync(user.Email, 1);
                var challenge = ChallengeOf(await App.Anonymous().PostAsync("/api/v1/auth/verify", new { email = user.Email, code }));
                (await App.Anonymous().PostAsync("/api/v1/auth/verify", new { email = user.Email, code })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CODE");
                return challenge;
            },
            ["google"] = async () => (await Assert.ThrowsAsync<AppException>(() => SignInByGoogleAsync(user.Email))).Challenge!,
            ["reset"] = async () =>
            {
                var code = await AskAsync(user.Email, 2);
                return ChallengeOf(await App.Anonymous().PostAsync("/api/v1/auth/password/reset", new { email = user.Email, code, newPassword = NewPassword }));
            },
        };
        // Proved once while he is signed in: else the first proof of the address would clear the account.
        var own = await AskAsync(user.Email, 0);
        ChallengeOf(await user.PostAsync("/api/v1/auth/verify", new { email = user.Email, code = own }));

        foreach (var (grant, begin) in grants)
        {
            var challenge = await begin();
            var session = (await ProveAsync(challenge, recovery[grants.Keys.ToList().IndexOf(grant)])).Expect(HttpStatusCode.OK).Data;
            Assert.Equal(user.UserId, session.GetProperty("user").GetProperty("id").GetString());
        }

        Assert.NotNull(app);
    }

    [Fact]
    public async Task A_code_of_the_app_works_once()
    {
        var (user, app, _) = await EnrolAsync();
        var challenge = await ChallengeAsync(user);
        Invalid(await ProveAsync(challenge, app.Again())); // it has confirmed the enrolment

        var code = app.Next();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ProveAsync(challenge, code)));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(3, answers.Count(a => a.Code == "INVALID_CODE"));
    }

    [Fact]
    public async Task A_recovery_code_works_once_however_it_is_typed()
    {
        var (user, _, recovery) = await EnrolAsync();
        var challenge = await ChallengeAsync(user);

        (await ProveAsync(challenge, recovery[0].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal))).Expect(HttpStatusCode.OK);
        Invalid(await ProveAsync(challenge, recovery[0]));

        Assert.Equal(9, (await user.GetAsync(TwoFactor)).Data.GetProperty("recoveryCodesLeft").GetInt32());
    }

    [Fact]
    public async Task Guessing_locks_the_account_and_the_right_password_gives_no_new_tries()
    {
        var (user, app, recovery) = await EnrolAsync();
        for (var i = 0; i < 5; i++)
        {
            Invalid(await ProveAsync(await ChallengeAsync(user), app.Wrong()));
        }

        (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password }))
            .ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
        (await user.PostAsync($"{TwoFactor}/disable", new { password = ActorsClient.Password, code = recovery[0] })).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
    }

    [Fact]
    public async Task A_challenge_is_locked_with_its_account()
    {
        var (user, app, recovery) = await EnrolAsync();
        var challenge = await ChallengeAsync(user);
        for (var i = 0; i < 5; i++)
        {
            Invalid(await ProveAsync(challenge, app.Wrong()));
        }

        (await ProveAsync(challenge, recovery[0])).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_FAILURES");
    }

    [Fact]
    public async Task Who_disables_it_knows_password_and_code()
    {
        var (user, app, recovery) = await EnrolAsync();

        (await user.PostAsync($"{TwoFactor}/disable", new { code = recovery[0] })).ExpectError(HttpStatusCode.Forbidden, "PROOF_NEEDED");
        (await user.PostAsync($"{TwoFactor}/disable", new { password = "not the password", code = recovery[0] })).ExpectError(HttpStatusCode.Forbidden, "WRONG_PASSWORD");
        (await user.PostAsync($"{TwoFactor}/disable", new { password = ActorsClient.Password, code = app.Wrong() })).ExpectError(HttpStatusCode.Forbidden, "WRONG_CODE");
        await ChallengeAsync(user);

        (await user.PostAsync($"{TwoFactor}/disable", new { password = ActorsClient.Password, code = recovery[0] })).Expect(HttpStatusCode.NoContent);

        await user.LoginAsync(user.Email, ActorsClient.Password);
        Assert.False((await user.GetAsync(TwoFactor)).Data.GetProperty("isEnabled").GetBoolean());
        (await user.PostAsync($"{TwoFactor}/enrol")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task New_recovery_codes_take_the_place_of_the_old()
    {
        var (user, app, old) = await EnrolAsync();

        var codes = (await user.PostAsync($"{TwoFactor}/recovery-codes", new { password = ActorsClient.Password, code = app.Next() })).Expect(HttpStatusCode.OK).Data.GetProperty("codes");

        var challenge = await ChallengeAsync(user);
        Invalid(await ProveAsync(challenge, old[0]));
        (await ProveAsync(challenge, codes[0].GetString()!)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_out_of_order_is_refused()
    {
        var user = await App.RegisterAsync();
        (await user.PostAsync($"{TwoFactor}/confirm", new { code = "000000" })).ExpectError(HttpStatusCode.Conflict, "TWO_FACTOR_NOT_ENROLLED");
        (await user.PostAsync($"{TwoFactor}/disable", new { password = ActorsClient.Password, code = "000000" })).ExpectError(HttpStatusCode.Conflict, "TWO_FACTOR_NOT_ENROLLED");
        var (enrolled, app, _) = await EnrolAsync();

        (await enrolled.PostAsync($"{TwoFactor}/enrol")).ExpectError(HttpStatusCode.Conflict, "TWO_FACTOR_ENABLED");
        (await enrolled.PostAsync($"{TwoFactor}/confirm", new { code = app.Next() })).ExpectError(HttpStatusCode.Conflict, "TWO_FACTOR_ENABLED");
        (await ProveAsync("none", "000000")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CHALLENGE");
    }

    [Fact]
    public async Task A_challenge_from_before_a_change_of_the_password_is_worth_nothing()
    {
        var (user, _, recovery) = await EnrolAsync();
        var challenge = await ChallengeAsync(user);
        (await user.PostAsync("/api/v1/auth/password", new { currentPassword = ActorsClient.Password, newPassword = NewPassword })).Expect(HttpStatusCode.OK);

        (await ProveAsync(challenge, recovery[0])).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CHALLENGE");
    }

    [Fact]
    public async Task A_repeated_enrolment_with_its_key_shows_the_same_secret_and_later_ones_another()
    {
        var user = await App.RegisterAsync();
        Task<Answer> EnrolAgainAsync(string key) => user.SendAsync(HttpMethod.Post, $"{TwoFactor}/enrol", null, ("Idempotency-Key", key));

        var first = (await EnrolAgainAsync("a")).Expect(HttpStatusCode.OK).Text;
        var again = (await EnrolAgainAsync("a")).Expect(HttpStatusCode.OK).Text;

        Assert.Equal(first, again);
        Assert.NotEqual(first, (await EnrolAgainAsync("b")).Expect(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task A_second_factor_of_who_registered_with_anothers_address_does_not_keep_its_owner_out()
    {
        var (squatter, _, _) = await EnrolAsync();

        var code = await AskAsync(squatter.Email, 0);

        (await App.Anonymous().PostAsync("/api/v1/auth/verify", new { email = squatter.Email, code })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_with_a_second_factor_is_deleted_by_both()
    {
        var (user, _, recovery) = await EnrolAsync();

        (await user.SendAsync(HttpMethod.Delete, "/api/v1/users/me", new { password = ActorsClient.Password })).ExpectError(HttpStatusCode.Forbidden, "WRONG_CODE");
        (await user.SendAsync(HttpMethod.Delete, "/api/v1/users/me", new { password = ActorsClient.Password, code = recovery[0] })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_audit_log_tells_of_it()
    {
        var ((user, _, recovery), admin) = (await EnrolAsync(), await App.AdminAsync());
        (await ProveAsync(await ChallengeAsync(user), recovery[0])).Expect(HttpStatusCode.OK);
        (await user.PostAsync($"{TwoFactor}/disable", new { password = ActorsClient.Password, code = recovery[1] })).Expect(HttpStatusCode.NoContent);

        var audit = (await admin.GetAsync($"/api/v1/admin/audit?entity=user/{user.UserId}")).Expect(HttpStatusCode.OK).Data;

        Assert.Equal(
            ["user.two-factor-disabled", "user.logged-in", "user.two-factor-enabled"], audit.EnumerateArray().Take(3).Select(e => e.GetProperty("action").GetString()));
        Assert.Equal("password+second-factor", audit[1].GetProperty("changes").GetProperty("grant").GetProperty("after").GetString());
    }

    private async Task<Enrolled> EnrolAsync()
    {
        var user = await App.RegisterAsync();
        var app = new Authenticator((await user.PostAsync($"{TwoFactor}/enrol", new { password = ActorsClient.Password })).Expect(HttpStatusCode.OK).Data);
        var codes = (await user.PostAsync($"{TwoFactor}/confirm", new { code = app.Next() })).Expect(HttpStatusCode.OK).Data.GetProperty("codes");
        return new(user, app, [.. codes.EnumerateArray().Select(c => c.GetString()!)]);
    }

    private async Task<string> ChallengeAsync(ActorsClient user) =>
        ChallengeOf(await App.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password }));

    private static string ChallengeOf(Answer answer)
    {
        var challenge = answer.ExpectError(HttpStatusCode.Unauthorized, "SECOND_FACTOR_REQUIRED").Body.GetProperty("error").GetProperty("challenge").GetString()!;
        Assert.DoesNotContain("token", answer.Text, StringComparison.OrdinalIgnoreCase);
        return challenge;
    }

    private Task<Answer> ProveAsync(string challenge, string code) => App.Anonymous().PostAsync("/api/v1/auth/login/second-factor", new { challenge, code });

    private async Task<SignedIn> SignInByGoogleAsync(string email)
    {
        var identity = new ForeignIdentity { Provider = "google", Subject = $"{Guid.CreateVersion7()}", Email = email, IsEmailVerified = true };
        return await App.Services.GetRequiredService<IGrainFactory>().GetGrain<IIdentityGrain>(identity.Key()).SignIn(identity, new Device(null, null, null));
    }

    private async Task<string> AskAsync(string email, int before)
    {
        (await App.Anonymous().PostAsync("/api/v1/auth/code", new { email })).Expect(HttpStatusCode.Accepted);
        return await Mailbox.Of(App).CodeAsync(email, before + 1);
    }

    private static void Invalid(Answer answer) => answer.ExpectError(HttpStatusCode.Unauthorized, "INVALID_CODE");
}

/// <inheritdoc />
public sealed class TwoFactorHttpOnSqliteTests(SharedApps apps) : TwoFactorHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task A_second_factor_outlives_the_process()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string> { ["Passwords__BcryptCost"] = "4" });
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        var app = new Authenticator((await user.PostAsync("/api/v1/auth/two-factor/enrol")).Expect(HttpStatusCode.OK).Data);
        (await user.PostAsync("/api/v1/auth/two-factor/confirm", new { code = app.Next() })).Expect(HttpStatusCode.OK);

        await actors.RestartAsync();

        var challenge = (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password }))
            .ExpectError(HttpStatusCode.Unauthorized, "SECOND_FACTOR_REQUIRED").Body.GetProperty("error").GetProperty("challenge").GetString();
        (await user.PostAsync("/api/v1/auth/login/second-factor", new { challenge, code = app.Again() })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CODE");
        (await user.PostAsync("/api/v1/auth/login/second-factor", new { challenge, code = app.Next() })).Expect(HttpStatusCode.OK);
    }
}

/// <inheritdoc />
public sealed class TwoFactorHttpOnPostgresTests(SharedApps apps, PostgresServer server) : TwoFactorHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
