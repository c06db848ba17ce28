using System.Diagnostics;

namespace Actors.Infrastructure;

/// <summary>Waits for a server outside of this process, which cannot tell us when it is ready.</summary>
public static class Waiting
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="question">May throw to end the wait at once.</param>
    /// <param name="deadline">How long to ask.</param>
    /// <param name="timeoutMessage">What to say when the deadline has passed.</param>
    public static async Task UntilAsync(Func<Task<bool>> question, TimeSpan deadline, Func<string> timeoutMessage)
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!await question())
        {
            if (Stopwatch.GetElapsedTime(started) > deadline)
            {
                throw new TimeoutException(timeoutMessage());
            }

            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>
    /// How long a client pauses after so many failures in a row: not while there is a server that it has not tried; then 50, 100, 200 …
    /// 1000 ms.
    /// </summary>
    public static TimeSpan PauseAfter(int failures, int servers)
    {
        var rounds = failures - (servers - 1);
        var pause = rounds <= 0 ? TimeSpan.Zero : Interval * Math.Pow(2, Math.Min(rounds - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>
    /// Lets time pass. For a client whose behaviour is to pause (as <c>Retry-After</c> asks), never to wait until something has happened.
    /// </summary>
    public static async Task PauseAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        if (time > TimeSpan.Zero)
        {
            using var timer = new PeriodicTimer(time);
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
