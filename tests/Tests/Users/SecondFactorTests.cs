using Actors.WorkOrders;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Actors.Users;

public sealed class SecondFactorTests
{
    private static readonly DateTimeOffset Now = WorkOrderBuilder.Now;

    private readonly SecondFactor _factor = new(new Plain(), Options.Create(new TwoFactorOptions()), NullLogger<SecondFactor>.Instance);

    [Fact]
    public void A_challenge_holds_for_five_minutes()
    {
        var state = Enabled("anna");
        var challenge = _factor.Required(state, "password", Now).Challenge!;

        Assert.Equal("password", _factor.GrantOf(challenge, state, Now.AddMinutes(5).AddMilliseconds(-1)));
        Assert.Null(_factor.GrantOf(challenge, state, Now.AddMinutes(5)));
    }

    [Fact]
    public void A_challenge_of_another_user_or_from_before_another_password_does_not_hold()
    {
        var state = Enabled("anna");
        var challenge = _factor.Required(state, "password", Now).Challenge!;

        Assert.Null(_factor.GrantOf(challenge, Enabled("berta"), Now));
        Assert.Null(_factor.GrantOf(challenge, state with { CredentialsChangedAt = Now }, Now));
        Assert.Null(_factor.GrantOf(challenge, state with { TwoFactor = state.TwoFactor! with { ConfirmedAt = Now.AddDays(1) } }, Now));
    }

    [Fact]
    public void A_challenge_is_not_made_longer_or_of_another_kind()
    {
        var state = Enabled("anna");
        Assert.True(SecondFactorChallenge.TryRead(_factor.Required(state, "password", Now).Challenge, out var challenge));

        Assert.Null(_factor.GrantOf((challenge with { Until = challenge.Until + 1 }).Write(), state, Now));
        Assert.Null(_factor.GrantOf((challenge with { Grant = "code" }).Write(), state, Now));
        Assert.Null(_factor.GrantOf((challenge with { Proof = "" }).Write(), state, Now));
        Assert.Null(_factor.GrantOf("...", state, Now));
    }

    [Fact]
    public void Without_a_readable_secret_recovery_codes_alone_hold()
    {
        var (codes, hashes) = TwoFactorRules.NewRecoveryCodes("anna");
        var state = TwoFactorRules.Confirm(Enabled("anna"), Enabled("anna").TwoFactor!, hashes, Now).Next!.TwoFactor!;

        Assert.Null(TwoFactorRules.Use(state, secret: null, "000000", Now));
        Assert.NotNull(TwoFactorRules.Use(state, secret: null, codes.Codes[3], Now));
        Assert.Null(TwoFactorRules.Use(state with { UserId = "berta" }, secret: null, codes.Codes[3], Now));
    }

    private static UserState Enabled(string id) =>
        UserRules.Register(null, id, new() { Email = $"{id}@example.org", Password = "correct horse" }, "hash", Now).Next! with
        {
            TwoFactor = new(id, "secret", Now, Now, LastStep: 0, TwoFactorState.NoHashes),
        };

    /// <summary>Keeps nothing secret.</summary>
    private sealed class Plain : ISecrets
    {
        public string Protect(string purpose, byte[] secret) => Convert.ToBase64String(secret);

        public byte[] Unprotect(string purpose, string text) => Convert.FromBase64String(text);

        public byte[] DeriveKey(string purpose) => new byte[32];
    }
}
