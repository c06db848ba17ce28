using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>Names of the claims in a token (001-176).</summary>
internal static class TokenClaims
{
    public const string UserId = "userId";
    public const string Email = "email";
    public const string Tier = "tier";
    public const string Role = "role";
    public const string FactoryId = "factoryId";
    public const string SessionId = "sid";

    /// <summary>In place of the user: a service.</summary>
    public const string ClientId = "clientId";

    /// <summary>Who acts as the user (RFC 8693).</summary>
    public const string Actor = "act";
}

/// <summary>Which session a token speaks for, read once when it is checked. Who the user is now, his grain says at each request.</summary>
internal sealed class CallerIdentity(string userId, string? clientId, string sessionId, DateTimeOffset expiresAt, IReadOnlyCollection<Claim> claims)
    : ClaimsIdentity(claims, "Bearer", TokenClaims.UserId, TokenClaims.Role)
{
    /// <summary>The user; of a service an id that no user has.</summary>
    public string UserId { get; } = userId;

    /// <summary>The service, if it is one.</summary>
    public string? ClientId { get; } = clientId;

    /// <summary>His session.</summary>
    public string SessionId { get; } = sessionId;

    /// <summary>When the token ends, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    /// <summary>Whether an administrator acts as the user.</summary>
    public bool IsImpersonation { get; } = claims.Any(c => string.Equals(c.Type, TokenClaims.Actor, StringComparison.Ordinal));

    /// <summary>What the user's grain last said; null if it has to be asked.</summary>
    public RememberedAdmission? Admission { get; set; }

    /// <summary>The session that the token's claims name, or null if they name none.</summary>
    public static CallerIdentity? From(TokenValidationResult token)
    {
        var claims = token.ClaimsIdentity.Claims.ToList();
        var clientId = Find(TokenClaims.ClientId);
        return (clientId is null ? Find(TokenClaims.UserId) : $"service/{clientId}") is { } userId && Find(TokenClaims.SessionId) is { } sessionId
            ? new CallerIdentity(userId, clientId, sessionId, new DateTimeOffset(token.SecurityToken.ValidTo, TimeSpan.Zero), claims)
            : null;

        string? Find(string type) =>
            claims.Find(c => string.Equals(c.Type, type, StringComparison.Ordinal))?.Value is { Length: > 0 and <= Ids.MaxLength } value ? value : null;
    }
}

/// <summary>A user who was let in a moment ago.</summary>
/// <param name="Caller">As whom.</param>
/// <param name="Until">When his grain is to be asked again, UTC.</param>
internal sealed record RememberedAdmission(Caller Caller, DateTimeOffset Until);
