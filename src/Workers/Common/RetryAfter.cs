namespace Actors;

/// <summary>The pause that an answer asks for.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>What <c>Retry-After</c> says, at most an hour; null if it says nothing.</summary>
    public static TimeSpan? Of(HttpResponseMessage answer, TimeProvider time)
    {
        var pause = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return pause > Longest ? Longest : pause;
    }
}
