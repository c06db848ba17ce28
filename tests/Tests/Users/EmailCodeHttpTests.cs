using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Mail;

namespace Actors.Users;

/// <summary>Codes by e-mail and passwords over HTTP, on every store.</summary>
public abstract class EmailCodeHttpTests : HttpTests
{
    private const string NewPassword = "staple battery horse";

    [Fact]
    public async Task A_code_makes_an_account_and_the_next_one_finds_it()
    {
        var email = Address();

        var first = (await VerifyAsync(email, await AskAsync(email))).Expect(HttpStatusCode.OK).Data;
        var second = (await VerifyAsync(email.ToUpperInvariant(), await AskAsync(email, 2))).Expect(HttpStatusCode.OK).Data;

        Assert.Equal(first.GetProperty("user").GetProperty("id").GetString(), second.GetProperty("user").GetProperty("id").GetString());
        Assert.Equal(email, first.GetProperty("user").GetProperty("email").GetString());
        var user = App.Anonymous();
        user.Token = second.GetProperty("token").GetString();
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_is_used_once()
    {
        var email = Address();
        var code = await AskAsync(email);
        (await VerifyAsync(email, code)).Expect(HttpStatusCode.OK);

        Refused(await VerifyAsync(email, code));
        Refused(await ResetAsync(email, code));
    }

    [Fact]
    public async Task Of_many_who_use_a_code_at_once_one_gets_in()
    {
        var email = Address();
        var code = await AskAsync(email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => VerifyAsync(email, code)));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(answers.Length - 1, answers.Count(a => a.Code == "INVALID_CODE"));
    }

    [Fact]
    public async Task After_five_wrong_tries_the_right_code_is_refused_too()
    {
        var email = Address();
        var code = await AskAsync(email);
        for (var i = 0; i < EmailCodes.MaxTries; i++)
        {
            Refused(await VerifyAsync(email, Mailbox.Wrong(code)));
        }

        Refused(await VerifyAsync(email, code));
        Refused(await ResetAsync(email, code));

        (await VerifyAsync(email, await AskAsync(email, 2))).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Four_wrong_tries_leave_the_fifth()
    {
        var email = Address();
        var code = await AskAsync(email);
        for (var i = 1; i < EmailCodes.MaxTries; i++)
        {
            Refused(await VerifyAsync(email, Mailbox.Wrong(code)));
        }

        (await VerifyAsync(email, code)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_of_another_address_is_worth_nothing()
    {
        var (mine, yours) = (Address(), Address());
        var code = await AskAsync(mine);
        var other = await AskAsync(yours);

        Refused(await VerifyAsync(yours, code == other ? Mailbox.Wrong(other) : code));
        Refused(await VerifyAsync(Address(), code));
        (await VerifyAsync(mine, code)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_new_code_ends_the_one_before()
    {
        var email = Address();
        var old = await AskAsync(email);
        var code = await AskAsync(email, 2);

        if (old != code)
        {
            Refused(await VerifyAsync(email, old));
        }

        (await VerifyAsync(email, code)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Asking_for_a_code_is_answered_alike_for_known_and_unknown_addresses()
    {
        var known = await App.RegisterAsync();

        var first = (await App.Anonymous().PostAsync("/api/v1/auth/code", new { email = known.Email })).Expect(HttpStatusCode.Accepted);
        var second = (await App.Anonymous().PostAsync("/api/v1/auth/code", new { email = Address() })).Expect(HttpStatusCode.Accepted);

        Assert.Equal((first.Text, Headers(first)), (second.Text, Headers(second)));
        var (wrong, unknown) = (await VerifyAsync(known.Email, "000000"), await VerifyAsync(Address(), "000000"));
        Assert.Equal((wrong.Status, wrong.Text), (unknown.Status, unknown.Text));
    }

    [Fact]
    public async Task An_address_is_not_bombed_and_its_last_code_still_holds()
    {
        var email = Address();
        for (var i = 0; i < 8; i++)
        {
            (await App.Anonymous().PostAsync("/api/v1/auth/code", new { email })).Expect(HttpStatusCode.Accepted);
        }

        var next = Address();
        await AskAsync(next); // sent after all of them
        Assert.Equal(5, Mailbox.Of(App).To(email).Count);
        (await VerifyAsync(email, await Mailbox.Of(App).CodeAsync(email, 5))).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    [InlineData("１２３４５６")]
    [InlineData("")]
    public async Task A_code_is_six_digits(string code) =>
        (await VerifyAsync(Address(), code)).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

    [Fact]
    public async Task A_password_from_before_the_address_was_proved_does_not_outlive_that()
    {
        var email = Address();
        var intruder = App.Anonymous();
        (await intruder.RegisterAsync(email)).Expect(HttpStatusCode.Created);

        (await VerifyAsync(email, await AskAsync(email))).Expect(HttpStatusCode.OK);

        Wrong(await LoginAsync(email, ActorsClient.Password));
    }

    [Fact]
    public async Task Who_proves_his_address_while_signed_in_keeps_his_password()
    {
        var user = await App.RegisterAsync();
        var code = await AskAsync(user.Email);

        (await user.PostAsync("/api/v1/auth/verify", new { email = user.Email, code })).Expect(HttpStatusCode.OK);

        (await LoginAsync(user.Email, ActorsClient.Password)).Expect(HttpStatusCode.OK);
        (await VerifyAsync(user.Email, await AskAsync(user.Email, 2))).Expect(HttpStatusCode.OK);
        (await LoginAsync(user.Email, ActorsClient.Password)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_of_password_ends_the_other_sessions_and_a_reset_ends_all()
    {
        var user = await App.RegisterAsync();
        var elsewhere = new ActorsClient(App.CreateClient());
        await elsewhere.LoginAsync(user.Email, ActorsClient.Password);

        (await ChangeAsync(user, ActorsClient.Password)).Expect(HttpStatusCode.OK);
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        await elsewhere.GetUntilAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized);

        (await ResetAsync(user.Email, await AskAsync(user.Email))).Expect(HttpStatusCode.OK);
        (await user.GetUntilAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized)).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
    }

    [Fact]
    public async Task A_first_proof_of_the_address_by_somebody_else_ends_the_sessions_of_who_registered_it()
    {
        var squatter = await App.RegisterAsync();

        (await VerifyAsync(squatter.Email, await AskAsync(squatter.Email))).Expect(HttpStatusCode.OK);

        await squatter.GetUntilAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_password_is_reset_by_a_code()
    {
        var user = await App.RegisterAsync();

        var session = (await ResetAsync(user.Email, await AskAsync(user.Email))).Expect(HttpStatusCode.OK).Data;

        Assert.Equal(user.UserId, session.GetProperty("user").GetProperty("id").GetString());
        (await LoginAsync(user.Email, NewPassword)).Expect(HttpStatusCode.OK);
        Wrong(await LoginAsync(user.Email, ActorsClient.Password));
    }

    [Fact]
    public async Task A_reset_to_a_bad_password_does_not_use_up_the_code()
    {
        var email = Address();
        var code = await AskAsync(email);

        (await ResetAsync(email, code, "short")).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

        (await ResetAsync(email, code)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_password_is_changed_by_who_knows_it()
    {
        var user = await App.RegisterAsync();

        var refused = await ChangeAsync(user, "not the password");
        refused.ExpectError(HttpStatusCode.Forbidden, "WRONG_PASSWORD");
        (await LoginAsync(user.Email, ActorsClient.Password)).Expect(HttpStatusCode.OK);

        var changed = await ChangeAsync(user, ActorsClient.Password);
        Assert.NotNull(changed.Expect(HttpStatusCode.OK).Data.GetProperty("token").GetString());
        (await LoginAsync(user.Email, NewPassword)).Expect(HttpStatusCode.OK);
        Wrong(await LoginAsync(user.Email, ActorsClient.Password));
    }

    [Fact]
    public async Task A_change_of_password_that_is_repeated_with_its_key_is_answered_again()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < 2; i++)
        {
            (await ChangeAsync(user, ActorsClient.Password, ("Idempotency-Key", "change"))).Expect(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_stolen_token_does_not_guess_the_password_for_long()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < UserLimits.PasswordChanges; i++)
        {
            (await ChangeAsync(user, "not the password")).ExpectError(HttpStatusCode.Forbidden, "WRONG_PASSWORD");
        }

        (await ChangeAsync(user, ActorsClient.Password)).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
    }

    [Fact]
    public async Task Neither_codes_nor_passwords_are_in_an_answer()
    {
        var email = Address();
        var asked = (await App.Anonymous().PostAsync("/api/v1/auth/code", new { email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(App).CodeAsync(email);

        var session = (await ResetAsync(email, code)).Expect(HttpStatusCode.OK);

        Assert.Equal("", asked.Text);
        Assert.DoesNotContain(NewPassword, session.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", session.Data.GetProperty("user").ToString(), StringComparison.Ordinal);
    }

    private static string Address() => $"{Guid.CreateVersion7():n}@example.org";

    private async Task<string> AskAsync(string email, int count = 1)
    {
        (await App.Anonymous().PostAsync("/api/v1/auth/code", new { email })).Expect(HttpStatusCode.Accepted);
        return await Mailbox.Of(App).CodeAsync(email, count);
    }

    private Task<Answer> VerifyAsync(string email, string code) => App.Anonymous().PostAsync("/api/v1/auth/verify", new { email, code });

    private Task<Answer> ResetAsync(string email, string code, string newPassword = NewPassword) =>
        App.Anonymous().PostAsync("/api/v1/auth/password/reset", new { email, code, newPassword });

    private static Task<Answer> ChangeAsync(ActorsClient user, string currentPassword, params (string, string)[] headers) =>
        user.SendAsync(HttpMethod.Post, "/api/v1/auth/password", new { currentPassword, newPassword = NewPassword }, headers);

    private Task<Answer> LoginAsync(string email, string password) => App.Anonymous().PostAsync("/api/v1/auth/login", new { email, password });

    private static void Refused(Answer answer) => answer.ExpectError(HttpStatusCode.Unauthorized, "INVALID_CODE");

    private static void Wrong(Answer answer) => answer.ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");

    private static string Headers(Answer answer) =>
        JsonSerializer.Serialize(answer.Message.Headers.Select(h => h.Key).Order(StringComparer.Ordinal));
}

/// <inheritdoc />
public sealed class EmailCodeHttpOnSqliteTests(SharedApps apps) : EmailCodeHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class EmailCodeHttpOnPostgresTests(SharedApps apps, PostgresServer server) : EmailCodeHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
