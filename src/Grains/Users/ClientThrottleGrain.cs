namespace Actors.Users;

/// <summary>Counts what one client does. Key: <c>{purpose}/{client}</c>.</summary>
internal interface IClientThrottleGrain : IGrainWithStringKey
{
    /// <summary>Counts one more, unless it would be more than <paramref name="limit"/> within the hour.</summary>
    [Alias("take")]
    Task<RateDecision> Take(int limit);
}

/// <summary>An hour begins with its first request. In memory: a silo's death forgives.</summary>
internal sealed class ClientThrottleGrain(TimeProvider time) : Grain, IClientThrottleGrain
{
    private readonly RateWindow _hour = new();

    public Task<RateDecision> Take(int limit)
    {
        var decision = _hour.Take(limit, EmailCodeRules.Window, time.GetUtcNow());
        if (decision.Remaining == limit - 1)
        {
            DelayDeactivation(EmailCodeRules.Window); // an idle grain would forget its count
        }

        return Task.FromResult(decision);
    }
}

/// <summary>Refuses what is too much.</summary>
internal static class ClientThrottle
{
    /// <summary>Counts one more under the key; 429 if it is more than <paramref name="limit"/> within the hour.</summary>
    public static async Task EnsureMayAsync(this IGrainFactory grains, string purpose, string? client, int limit)
    {
        var decision = await grains.GetGrain<IClientThrottleGrain>($"{purpose}/{client}").Take(limit);
        if (!decision.IsAllowed)
        {
            throw new AppException(ErrorKind.TooMany, "TOO_MANY_REQUESTS", "Too many requests; try again later.")
            {
                RetryAfter = TimeSpan.FromSeconds(decision.ResetSeconds),
            };
        }
    }
}
