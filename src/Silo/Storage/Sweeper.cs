namespace Actors.Storage;

/// <summary>
/// Takes away what is too old, beside the commits: once at the start, then at every interval. Several silos may do it at once, and
/// nothing depends on a single time: what fails is tried again at the next.
/// </summary>
internal abstract partial class Sweeper(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>Does it once.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
            }
#pragma warning disable CA1031 // whatever it meets, it must not stop the silo
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(logger, exception, GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sweeper} failed; it tries again later")]
    private static partial void LogFailed(ILogger logger, Exception exception, string sweeper);
}
