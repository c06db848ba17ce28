namespace Actors.Users;

/// <summary>Counts what one client does. Key: <c>{purpose}/{client}</c>.</summary>
internal interface IClientThrottleGrain : IGrainWithStringKey
{
    /// <summary>Counts one more, unless it would be more than <paramref name="limit"/> within the hour: then false.</summary>
    [Alias("try-take")]
    Task<bool> TryTake(int limit);
}

/// <summary>An hour begins with its first request. In memory: a silo's death forgives.</summary>
internal sealed class ClientThrottleGrain(TimeProvider time) : Grain, IClientThrottleGrain
{
    private DateTimeOffset _end;
    private int _taken;

    public Task<bool> TryTake(int limit)
    {
        var now = time.GetUtcNow();
        if (now >= _end)
        {
            (_end, _taken) = (now + EmailCodeRules.Window, 0);
            DelayDeactivation(EmailCodeRules.Window);
        }

        if (_taken >= limit)
        {
            return Task.FromResult(false);
        }

        _taken++;
        return Task.FromResult(true);
    }
}

/// <summary>Refuses what is too much.</summary>
internal static class ClientThrottle
{
    /// <summary>Counts one more under the key; 429 if it is more than <paramref name="limit"/> within the hour.</summary>
    public static async Task EnsureMayAsync(this IGrainFactory grains, string purpose, string? client, int limit)
    {
        if (!await grains.GetGrain<IClientThrottleGrain>($"{purpose}/{client}").TryTake(limit))
        {
            throw new AppException(ErrorKind.TooMany, "TOO_MANY_REQUESTS", "Too many requests; try again later.");
        }
    }
}
