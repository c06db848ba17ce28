namespace Actors.Jobs;

/// <summary>Tries again what fails for a moment: a silo that goes, a store that does not answer.</summary>
internal static class Repetition
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether it may go well a moment later.</summary>
    public static bool IsPassing(Exception failure) =>
        failure is OrleansException or TimeoutException or AppException { Kind: ErrorKind.Unavailable };

    /// <summary>Tries until it goes well, or fails for good.</summary>
    /// <param name="action">May be repeated.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="enough">Ends it, by an <see cref="OperationCanceledException"/>.</param>
    public static async Task<T> UntilDoneAsync<T>(Func<Task<T>> action, TimeProvider time, CancellationToken enough)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception failure) when (IsPassing(failure))
            {
                await Task.Delay((failure as AppException)?.RetryAfter ?? Pause, time, enough);
            }
        }
    }
}
