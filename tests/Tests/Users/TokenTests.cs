using Actors.Users;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Tests.Users;

public sealed class TokenTests
{
    private const string Secret = "a secret of at least thirty-two characters";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_token_names_its_user_role_and_factory()
    {
        var result = await Check(new CachingTokenHandler(_time), Issue(UserRole.Manager, factoryId: "f1"));

        var expected = new Caller { UserId = "u1", Role = UserRole.Manager, FactoryId = "f1" };
        Assert.Equal(expected, Assert.IsType<CallerIdentity>(result.ClaimsIdentity).Caller);
    }

    [Fact]
    public async Task A_remembered_token_ends_when_it_says_so()
    {
        var handler = new CachingTokenHandler(_time);
        var token = Issue();

        Assert.True((await Check(handler, token)).IsValid);
        _time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.True((await Check(handler, token)).IsValid);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await Check(handler, token)).IsValid);
    }

    [Fact]
    public async Task A_second_check_gives_the_remembered_result()
    {
        var handler = new CachingTokenHandler(_time);
        var token = Issue();

        Assert.Same(await Check(handler, token), await Check(handler, token));
    }

    [Fact]
    public async Task A_full_cache_forgets_what_nobody_asks_for_and_still_checks_it()
    {
        var handler = new CachingTokenHandler(_time, capacity: 2);
        var first = Issue();
        var before = await Check(handler, first);
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1)); // another second, another token
            await Check(handler, Issue());
        }

        var after = await Check(handler, first);

        Assert.NotSame(before, after);
        Assert.True(after.IsValid);
    }

    [Fact]
    public async Task A_token_of_another_secret_does_not_hold()
    {
        var foreign = new Tokens(Options.Create(new JwtOptions { Secret = Secret + "!" }), _time).Issue(Somebody(UserRole.Admin, null));

        Assert.False((await Check(new CachingTokenHandler(_time), foreign)).IsValid);
    }

    private static User Somebody(UserRole role, string? factoryId) =>
        new() { Id = "u1", Email = "a@b.example", Role = role, FactoryId = factoryId };

    private string Issue(UserRole role = UserRole.Operator, string? factoryId = null) =>
        new Tokens(Options.Create(new JwtOptions { Secret = Secret }), _time).Issue(Somebody(role, factoryId));

    private Task<TokenValidationResult> Check(CachingTokenHandler handler, string token) =>
        handler.ValidateTokenAsync(token, Authentication.Rules(Secret, _time));
}
