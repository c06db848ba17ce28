using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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

    /// <summary>Whether the token was made here.</summary>
    public bool IsGenuine(RefreshToken token) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(Refresh(token.UserId, token.SessionId, token.Generation).Proof), Encoding.UTF8.GetBytes(token.Proof));

    private RefreshToken Refresh(string userId, string sessionId, long generation)
    {
        var proved = Encoding.UTF8.GetBytes($"{userId}\n{sessionId}\n{generation}");
        return new(userId, sessionId, generation, Base64Url.EncodeToString(HMACSHA256.HashData(_proofKey, proved)));
    }

    // 001-176
    private static byte[] Claims(User user, SessionState session, DateTimeOffset issuedAt, DateTimeOffset expiresAt)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("userId", user.Id);
            json.WriteString("email", user.Email);
            json.WriteString("tier", WireName.Of(user.Tier));
            json.WriteString("role", WireName.Of(user.Role));
            if (user.FactoryId is { } factory)
            {
                json.WriteString("factoryId", factory);
            }

            json.WriteString("sid", session.Id);
            if (session.ImpersonatorId is { } impersonator)
            {
                // RFC 8693, 4.1
                json.WriteStartObject("act");
                json.WriteString("sub", impersonator);
                json.WriteEndObject();
            }

            json.WriteNumber("iat", issuedAt.ToUnixTimeSeconds());
            json.WriteNumber("exp", expiresAt.ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
