using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

public sealed class TokenTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task A_token_names_its_user_and_session()
    {
        var identity = Assert.IsType<CallerIdentity>((await Check(Handler(), Issue())).ClaimsIdentity);

        Assert.Equal(("u1", "s1"), (identity.UserId, identity.SessionId));
    }

    [Fact]
    public async Task A_remembered_token_ends_when_it_says_so()
    {
        var handler = Handler();
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
        var handler = Handler();
        var token = Issue();

        Assert.Same(await Check(handler, token), await Check(handler, token));
    }

    [Fact]
    public async Task A_full_cache_forgets_what_nobody_asks_for_and_still_checks_it()
    {
        var handler = Handler(capacity: 2);
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

    [Theory]
    [InlineData("""{"alg":"ES256","kid":"other"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("""{"alg":"none","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","kid":"k1"}""")]
    [InlineData("""{"alg":"ES384","kid":"k1"}""")]
    public async Task A_token_with_another_header_does_not_hold(string header) =>
        Assert.False((await Check(Handler(), Issue(header))).IsValid);

    [Fact]
    public async Task A_token_that_another_key_signed_does_not_hold()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.False((await Check(Handler(), Issue(key: foreign))).IsValid);
    }

    [Theory]
    [InlineData("""{"userId":"u1","exp":1900000000}""")]
    [InlineData("""{"sid":"s1","exp":1900000000}""")]
    [InlineData("""{"userId":"u1","sid":"s1"}""")]
    public async Task A_token_without_user_session_or_end_does_not_hold(string claims) =>
        Assert.False((await Check(Handler(), Issue(claims: claims))).IsValid);

    public void Dispose() => _key.Dispose();

    private CachingTokenHandler Handler(int capacity = 10_000) => new(
        kid => ValueTask.FromResult<SecurityKey?>(kid == "k1" ? new ECDsaSecurityKey(_key) { KeyId = "k1" } : null), _time, capacity);

    private string Issue(string header = """{"alg":"ES256","kid":"k1","typ":"JWT"}""", string? claims = null, ECDsa? key = null)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        claims ??= $$"""{"userId":"u1","sid":"s1","role":"admin","iat":{{now}},"exp":{{now + (7 * 24 * 3600)}}}""";
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString((key ?? _key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private Task<TokenValidationResult> Check(CachingTokenHandler handler, string token) =>
        handler.ValidateTokenAsync(token, Authentication.Rules(_time));
}
