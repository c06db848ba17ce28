namespace Actors;

/// <summary>Time as rows keep it.</summary>
internal static class StorableTime
{
    /// <summary>The time, to the millisecond that every store keeps.</summary>
    public static DateTimeOffset GetStorableNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
