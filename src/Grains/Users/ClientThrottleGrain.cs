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
