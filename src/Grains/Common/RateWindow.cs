namespace Actors;

/// <summary>Counts in fixed windows; a window begins with the first request after the one before is over.</summary>
internal sealed class RateWindow
{
    private DateTimeOffset _end;
    private int _used;

    /// <summary>Counts one request if it is within the limit; 0: no limit.</summary>
    public RateDecision Take(int limit, TimeSpan window, DateTimeOffset now)
    {
        if (limit == 0)
        {
            return RateDecision.Unlimited;
        }

        if (now >= _end)
        {
            (_end, _used) = (now + window, 0);
        }

        var isAllowed = _used < limit;
        _used += isAllowed ? 1 : 0;
        return new RateDecision(isAllowed, limit, Math.Max(0, limit - _used), (int)Math.Ceiling((_end - now).TotalSeconds));
    }
}
