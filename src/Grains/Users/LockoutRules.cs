namespace Actors.Users;

/// <summary>How often somebody failed, and until when he is not listened to.</summary>
internal sealed record FailureState(string Id, long Version, long Failures, DateTimeOffset LastFailedAt, DateTimeOffset? LockedUntil);

/// <summary>What failures lead to. Pure.</summary>
internal static class LockoutRules
{
    /// <summary>After one more failure.</summary>
    /// <param name="present">What was before.</param>
    /// <param name="allowed">Failures before the first lock.</param>
    /// <param name="options">How long locks are.</param>
    /// <param name="now">When it failed.</param>
    public static FailureState Fail(FailureState present, int allowed, LockoutOptions options, DateTimeOffset now)
    {
        var failures = now - present.LastFailedAt > options.Memory ? 1 : present.Failures + 1;
        return present with
        {
            Version = present.Version + 1,
            Failures = failures,
            LastFailedAt = now,
            LockedUntil = failures < allowed ? null : now + DelayOf(failures - allowed, options),
        };
    }

    /// <summary>How much longer it is locked; null if it is not.</summary>
    public static TimeSpan? Remaining(FailureState state, DateTimeOffset now) => state.LockedUntil > now ? state.LockedUntil - now : null;

    private static TimeSpan DelayOf(long doublings, LockoutOptions options)
    {
        var delay = options.FirstDelay * Math.Pow(2, Math.Min(doublings, 30));
        return delay < options.LongestDelay ? delay : options.LongestDelay;
    }
}
