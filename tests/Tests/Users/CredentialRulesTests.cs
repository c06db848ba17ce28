using Actors.WorkOrders;

namespace Actors.Users;

public sealed class CredentialRulesTests
{
    private static readonly DateTimeOffset Now = WorkOrderBuilder.Now;
    private static readonly DateTimeOffset Later = Now.AddHours(1);
    private static readonly RegisterUser Valid = new() { Email = "anna@example.org", Password = "correct horse" };

    private static UserState Registered => UserRules.Register(null, "id", Valid, "hash", Now).Next!;

    [Fact]
    public void A_registered_address_is_not_proved() => Assert.Null(Registered.EmailVerifiedAt);

    [Fact]
    public void Who_proves_an_address_without_account_gets_one_without_password()
    {
        var state = UserRules.ConfirmEmail(null, "id", new("anna@example.org", ByHimself: false), Now)!.Next!;

        Assert.Equal(("anna@example.org", "", 1, Now), (state.User.Email, state.PasswordHash, state.Version, state.EmailVerifiedAt));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "hash")]
    public void The_first_proof_takes_away_a_password_that_is_not_known_to_be_the_users_own(bool byHimself, string hash)
    {
        var state = UserRules.ConfirmEmail(Registered, "id", new("anna@example.org", byHimself), Later)!.Next!;

        Assert.Equal((hash, Later, 2), (state.PasswordHash, state.EmailVerifiedAt, state.Version));
        Assert.Equal(byHimself ? null : Later, state.CredentialsChangedAt);
    }

    [Fact]
    public void A_second_proof_changes_nothing()
    {
        var state = UserRules.ConfirmEmail(Registered, "id", new("anna@example.org", ByHimself: true), Later)!.Next!;

        Assert.Null(UserRules.ConfirmEmail(state, "id", new("anna@example.org", ByHimself: false), Later.AddHours(1)));
    }

    [Fact]
    public void The_proof_of_another_address_says_nothing() =>
        Assert.Equal("USER_NOT_FOUND", Refused.With(() => UserRules.ConfirmEmail(Registered, "id", new("b@example.org", false), Now)));

    [Fact]
    public void A_new_password_says_since_when_sessions_hold()
    {
        var set = UserRules.SetPassword(Registered, "new", Later).Next!;
        var changed = UserRules.ChangePassword(Registered, knowsPresent: true, "new", "", Later).Next!;

        Assert.Equal(("new", Later, Later, Later), (set.PasswordHash, set.CredentialsChangedAt, set.EmailVerifiedAt, set.User.UpdatedAt));
        Assert.Equal(("new", Later, null), (changed.PasswordHash, changed.CredentialsChangedAt, changed.EmailVerifiedAt));
    }

    [Fact]
    public void Who_does_not_know_the_present_password_sets_no_new_one() =>
        Assert.Equal("WRONG_PASSWORD", Refused.With(() => UserRules.ChangePassword(Registered, knowsPresent: false, "", "", Later)));

    [Fact]
    public void A_code_holds_for_its_time_and_five_wrong_tries()
    {
        var code = new EmailCode("id", "anna@example.org", "hash", Now, Now.AddMinutes(10), 1);

        Assert.True(EmailCodeRules.Holds(code, Now.AddMinutes(10).AddTicks(-1)));
        Assert.False(EmailCodeRules.Holds(code, Now.AddMinutes(10)));
        Assert.False(EmailCodeRules.Holds(EmailCodeRules.Use(code, "user", Now), Now));
        Assert.False(EmailCodeRules.Holds(EmailCodeRules.End(code, Now), Now));
        Assert.True(EmailCodeRules.Holds(code with { Attempts = 4 }, Now));
        Assert.False(EmailCodeRules.Holds(EmailCodeRules.Fail(code with { Attempts = 4 }), Now));
    }

    [Fact]
    public void An_old_code_that_is_ended_does_not_hold_longer()
    {
        var code = new EmailCode("id", "anna@example.org", "hash", Now, Now.AddMinutes(10), 1);

        Assert.Equal(Now.AddMinutes(10), EmailCodeRules.End(code, Later).ExpiresAt);
    }

    [Fact]
    public void No_secret_is_in_text()
    {
        Assert.DoesNotContain("123456", new UseEmailCode { Email = "a@b.c", Code = "123456" }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("horse", new ChangePassword { CurrentPassword = "horse", NewPassword = "horse 2" }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("123456", CodeMail.Write("id", "a@b.c", "123456", TimeSpan.FromMinutes(10), false, Now).ToString(), StringComparison.Ordinal);
    }
}
