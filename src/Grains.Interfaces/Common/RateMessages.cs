namespace Actors;

/// <summary>Whether one more request is within a limit, and how the window stands.</summary>
/// <param name="IsAllowed">Whether it passes.</param>
/// <param name="Limit">Requests in a window; 0: no limit.</param>
/// <param name="Remaining">How many more pass in this window.</param>
/// <param name="ResetSeconds">Seconds until the next window.</param>
[GenerateSerializer, Immutable, Alias("rate-decision")]
public readonly record struct RateDecision(
    [property: Id(0)] bool IsAllowed, [property: Id(1)] int Limit, [property: Id(2)] int Remaining, [property: Id(3)] int ResetSeconds)
{
    /// <summary>There is no limit.</summary>
    public static readonly RateDecision Unlimited = new(IsAllowed: true, 0, 0, 0);

    /// <summary>429 <c>RATE_LIMIT_EXCEEDED</c> (001-189).</summary>
    public AppException Refusal() => new(ErrorKind.TooMany, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded")
    {
        RetryAfter = TimeSpan.FromSeconds(Math.Max(1, ResetSeconds)),
    };
}

/// <summary>What is limited for callers who are not known yet; each has a limit of its own.</summary>
public enum RatePurpose
{
    /// <summary>Anything else that needs no token.</summary>
    Anonymous = 0,

    /// <summary>Proving a password.</summary>
    Login = 1,

    /// <summary>Making an account.</summary>
    Register = 2,

    /// <summary>Exchanging a refresh token.</summary>
    Refresh = 3,

    /// <summary>Having a mail sent.</summary>
    Mail = 4,

    /// <summary>Proving a code.</summary>
    Verify = 5,
}

/// <summary>
/// Counts requests of one kind from one source in fixed windows; <c>RateLimits</c> in the silos' settings has the limits. Key:
/// <see cref="RateGrains.Key"/>. The count is in memory only: when the silo dies a window begins anew.
/// </summary>
[Alias("rate-grain")]
public interface IRateGrain : IGrainWithStringKey
{
    /// <summary>Counts one request, if it is allowed.</summary>
    [Alias("take"), Anonymous]
    Task<RateDecision> Take();
}

/// <summary>Finds the grains that count.</summary>
public static class RateGrains
{
    /// <summary>The key for a purpose and a subject: an IP address, an account.</summary>
    public static string Key(RatePurpose purpose, string subject) => $"{WireName.Of(purpose)}/{subject}";
}
