using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Actors.Clients;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>
/// Makes the tokens of sessions. A refresh token is proved by a key that all silos have: nothing about it is stored but how often it was
/// exchanged, so every exchange of the same token gives the same successor.
/// </summary>
internal sealed class SessionTokens(SigningKeys keys, ISecrets secrets, IOptions<TokenOptions> options, TimeProvider time)
{
    private readonly byte[] _proofKey = secrets.DeriveKey("refresh-tokens");

    /// <summary>The pair of tokens of a session, as it stands.</summary>
    public async Task<SignedIn> IssueAsync(User user, SessionState session)
    {
        // As the claims have it: whole seconds.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var expiresAt = now + options.Value.Lifetime;
        return new SignedIn
        {
            User = user,
            Token = await keys.SignAsync(Claims(user, session, now, expiresAt)),
            RefreshToken = Refresh(user.Id, session.Id, session.Generation).Write(),
            ExpiresAt = expiresAt,
        };
    }

    /// <summary>The token of a session in which an administrator acts as the user; there is no other after it.</summary>
    public async Task<Impersonation> ImpersonateAsync(User user, SessionState session)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(session.ExpiresAt.ToUnixTimeSeconds());
        return new Impersonation { User = user, Token = await keys.SignAsync(Claims(user, session, now, expiresAt)), ExpiresAt = expiresAt };
    }

    /// <summary>The token of a service. It holds for a short while; then the service asks again.</summary>
    public async Task<ServiceToken> IssueAsync(string clientId, string sessionId)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var lifetime = options.Value.ServiceLifetime;
        var expiresAt = now + (lifetime < options.Value.Lifetime ? lifetime : options.Value.Lifetime); // keys are published for so long
        var claims = Json(json =>
        {
            json.WriteString("clientId", clientId);
            WriteTimes(json, sessionId, now, expiresAt);
        });
        return new ServiceToken { Token = await keys.SignAsync(claims), ExpiresAt = expiresAt };
    }

    /// <summary>Whether the token was made here.</summary>
    public bool IsGenuine(RefreshToken token) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(Refresh(token.UserId, token.SessionId, token.Generation).Proof), Encoding.UTF8.GetBytes(token.Proof));

    private RefreshToken Refresh(string userId, string sessionId, long generation)
    {
        var proved = Encoding.UTF8.GetBytes($"{userId}\n{sessionId}\n{generation}");
        return new(userId, sessionId, generation, Base64Url.EncodeToString(HMACSHA256.HashData(_proofKey, proved)));
    }

    // 001-176
    private static byte[] Claims(User user, SessionState session, DateTimeOffset issuedAt, DateTimeOffset expiresAt) => Json(json =>
    {
        json.WriteString("userId", user.Id);
        json.WriteString("email", user.Email);
        json.WriteString("tier", WireName.Of(user.Tier));
        json.WriteString("role", WireName.Of(user.Role));
        if (user.FactoryId is { } factory)
        {
            json.WriteString("factoryId", factory);
        }

        if (session.ImpersonatorId is { } impersonator)
        {
            // RFC 8693, 4.1
            json.WriteStartObject("act");
            json.WriteString("sub", impersonator);
            json.WriteEndObject();
        }

        WriteTimes(json, session.Id, issuedAt, expiresAt);
    });

    private static void WriteTimes(Utf8JsonWriter json, string sessionId, DateTimeOffset issuedAt, DateTimeOffset expiresAt)
    {
        json.WriteString("sid", sessionId);
        json.WriteNumber("iat", issuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", expiresAt.ToUnixTimeSeconds());
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
