using Actors.Audit;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>What the grain of a user works with to let him in.</summary>
internal sealed class AccessServices(
    Lockout lockout,
    FailureAudit failures,
    SessionTokens tokens,
    SecondFactor secondFactor,
    IOptions<TokenOptions> tokenOptions,
    IOptions<RateLimitOptions> rateLimits)
{
    public Lockout Lockout { get; } = lockout;

    public FailureAudit Failures { get; } = failures;

    public SessionTokens Tokens { get; } = tokens;

    public SecondFactor SecondFactor { get; } = secondFactor;

    public TokenOptions TokenOptions { get; } = tokenOptions.Value;

    public RateLimitOptions RateLimits { get; } = rateLimits.Value;
}
