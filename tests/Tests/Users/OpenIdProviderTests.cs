using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>Tokens that no honest provider would give, and the one that it would.</summary>
public sealed class OpenIdProviderTests : IDisposable
{
    private const string Issuer = "https://id.example.org";
    private const string Client = "client";
    private const string Secret = "a secret of the client that is long enough";

    private static readonly SignInFlow Flow = new()
    {
        Provider = "google",
        Browser = "b",
        Nonce = "nonce",
        Verifier = "v",
        RedirectUri = "r",
        ReturnUrl = "/",
    };

    private readonly RsaSecurityKey _key = Key("key");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    public void Dispose() => _key.Rsa.Dispose();

    [Fact]
    public async Task A_token_of_the_provider_says_who_it_is()
    {
        var identity = await RedeemAsync(Token());

        Assert.Equal(("google", "1", "a@example.org", true), (identity.Provider, identity.Subject, identity.Email, identity.IsEmailVerified));
    }

    [Theory]
    [InlineData("nonce", "another")]
    [InlineData("nonce", null)]
    [InlineData("aud", "another")]
    [InlineData("iss", "https://evil.example.org")]
    [InlineData("sub", null)]
    public async Task A_token_for_somebody_else_is_refused(string claim, string? value) =>
        await Assert.ThrowsAsync<SignInFailedException>(() => RedeemAsync(Token(claims => claims[claim] = value)));

    [Fact]
    public async Task A_token_that_is_over_is_refused()
    {
        var token = Token();
        _time.Advance(TimeSpan.FromHours(1));

        await Assert.ThrowsAsync<SignInFailedException>(() => RedeemAsync(token));
    }

    [Fact]
    public async Task A_token_that_is_not_signed_by_the_provider_is_refused()
    {
        using var another = RSA.Create(2048);
        var foreign = Token(key: new SigningCredentials(new RsaSecurityKey(another) { KeyId = "key" }, SecurityAlgorithms.RsaSha256));
        var byTheClientsSecret = Token(key: new SigningCredentials(
            new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Secret)), SecurityAlgorithms.HmacSha256));
        var parts = Token().Split('.');
        var unsigned = $"{Base64UrlEncoder.Encode("""{"alg":"none"}""")}.{parts[1]}.";

        foreach (var token in new[] { foreign, byTheClientsSecret, unsigned, $"{parts[0]}.{parts[1]}.", "nothing" })
        {
            await Assert.ThrowsAsync<SignInFailedException>(() => RedeemAsync(token));
        }
    }

    private static RsaSecurityKey Key(string id) => new(RSA.Create(2048)) { KeyId = id };

    private string Token(Action<Dictionary<string, object?>>? change = null, SigningCredentials? key = null)
    {
        var claims = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["iss"] = Issuer,
            ["aud"] = Client,
            ["sub"] = "1",
            ["nonce"] = Flow.Nonce,
            ["email"] = "a@example.org",
            ["email_verified"] = true,
            ["exp"] = _time.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds(),
        };
        change?.Invoke(claims);
        var present = claims.Where(c => c.Value is not null).ToDictionary(c => c.Key, c => c.Value!, StringComparer.Ordinal);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            JsonSerializer.Serialize(present), key ?? new SigningCredentials(_key, SecurityAlgorithms.RsaSha256));
    }

    private async Task<ForeignIdentity> RedeemAsync(string token)
    {
        using var http = new HttpClient(new Answers(_key, token));
        var provider = new OpenIdProvider(
            new GoogleOptions { Authority = Issuer, ClientId = Client, ClientSecret = Secret }, new ProviderClient(http), _time);
        return await provider.RedeemAsync("code", Flow, TestContext.Current.CancellationToken);
    }

    /// <summary>A provider that answers with the given token.</summary>
    private sealed class Answers(RsaSecurityKey key, string token) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            object answer = request.RequestUri!.AbsolutePath switch
            {
                "/.well-known/openid-configuration" => new
                {
                    issuer = Issuer,
                    jwks_uri = $"{Issuer}/keys",
                    token_endpoint = $"{Issuer}/token",
                    authorization_endpoint = $"{Issuer}/authorize",
                },
                "/keys" => new { keys = new[] { PublicKey() } },
                _ => new { id_token = token },
            };
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(JsonSerializer.Serialize(answer), Encoding.UTF8, "application/json"),
            });
        }

        private object PublicKey()
        {
            var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
            return new { kty = "RSA", use = "sig", kid = key.KeyId, n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) };
        }
    }
}
