using System.Security.Claims;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>How tokens are signed and how long they hold.</summary>
internal sealed class JwtOptions
{
    /// <summary>Fewest characters of a secret: HS256 wants a key of 256 bits.</summary>
    public const int MinSecretLength = 32;

    /// <summary>The signing secret; <c>Jwt:Secret</c>, <c>JWT_SECRET</c> or <c>NEXTAUTH_SECRET</c>. Made once if none is given.</summary>
    public string Secret { get; set; } = "";

    /// <summary>How long a token holds; seven days by default (001-177).</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(7);
}

/// <summary>Names of the claims in a token (001-176).</summary>
internal static class TokenClaims
{
    public const string UserId = "userId";
    public const string Email = "email";
    public const string Tier = "tier";
    public const string Role = "role";
    public const string FactoryId = "factoryId";
}

/// <summary>Issues tokens.</summary>
internal sealed class Tokens(IOptions<JwtOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _signing = new(KeyOf(options.Value.Secret), SecurityAlgorithms.HmacSha256);

    /// <summary>A token that says who the user is and what he may do, for the configured time.</summary>
    public string Issue(User user)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [TokenClaims.UserId] = user.Id,
            [TokenClaims.Email] = user.Email,
            [TokenClaims.Tier] = WireName.Of(user.Tier),
            [TokenClaims.Role] = WireName.Of(user.Role),
        };
        if (user.FactoryId is { } factory)
        {
            claims[TokenClaims.FactoryId] = factory;
        }

        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            IssuedAt = now,
            Expires = now + options.Value.Lifetime,
            SigningCredentials = _signing,
        });
    }

    /// <summary>The key that a secret makes.</summary>
    public static SymmetricSecurityKey KeyOf(string secret) => new(Encoding.UTF8.GetBytes(secret));
}

/// <summary>Who a token speaks for, read once when it is checked.</summary>
internal sealed class CallerIdentity(Caller caller, DateTimeOffset expiresAt, IEnumerable<Claim> claims)
    : ClaimsIdentity(claims, "Bearer", TokenClaims.UserId, TokenClaims.Role)
{
    /// <summary>What grains are told.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>When the token ends, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    /// <summary>The caller that the token's claims name, or null if they name none.</summary>
    public static CallerIdentity? From(TokenValidationResult token)
    {
        var claims = token.ClaimsIdentity.Claims.ToList();
        var userId = Find(TokenClaims.UserId);
        if (string.IsNullOrEmpty(userId) || userId.Length > Ids.MaxLength)
        {
            return null;
        }

        // A role that this version does not know gives no more than the least one.
        _ = WireName.TryParse<UserRole>(Find(TokenClaims.Role), out var role);
        var caller = new Caller { UserId = userId, Role = role, FactoryId = Find(TokenClaims.FactoryId) };
        return new CallerIdentity(caller, new DateTimeOffset(token.SecurityToken.ValidTo, TimeSpan.Zero), claims);

        string? Find(string type) => claims.Find(c => string.Equals(c.Type, type, StringComparison.Ordinal))?.Value;
    }
}
