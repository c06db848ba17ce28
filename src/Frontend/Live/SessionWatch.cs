using Actors.Users;

namespace Actors.Live;

/// <summary>
/// Ends connections with their sessions. The change log tells when sessions of a user ended; and because a message may be missed while silos
/// die, each connection also asks twice a minute.
/// </summary>
internal sealed partial class SessionWatch(LiveHub hub, IGrainFactory grains, TimeProvider time, ILogger<SessionWatch> logger)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Cancels <paramref name="end"/> when the session has ended. Returns when it is cancelled, by whomever.</summary>
    public async Task EndWithAsync(CallerIdentity identity, CancellationTokenSource end)
    {
        // Beside the request: what it does must not wait for this.
        await Task.Yield();
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var watch = await hub.WatchAsync(UserEvents.Topic(identity.UserId), end.Token);
                while (watch.CutReason is null)
                {
                    // Watched first, asked then: an end in between is seen by one of both.
                    if (!await grains.GetGrain<IUserGrain>(identity.UserId).IsSessionAlive(identity.SessionId))
                    {
                        await end.CancelAsync();
                        return;
                    }

                    await UntilSessionsEndAsync(watch, end.Token);
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException or OperationCanceledException)
            {
                LogFailed(failure);
                await Task.Delay(AfterFailure, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until some session of the user ended, the watch is cut, or half a minute has passed.</summary>
    private async Task UntilSessionsEndAsync(Watch watch, CancellationToken end)
    {
        using var limit = new CancellationTokenSource(AskEvery, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        try
        {
            while (await watch.WaitAsync(either.Token))
            {
                while (watch.TryRead(out var change))
                {
                    if (UserEvents.MayEndSessions(change.Change.Kind))
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            // Time to ask.
        }
    }

    [LoggerMessage(LogLevel.Debug, "Whether a session has ended could not be seen; it is tried again")]
    private partial void LogFailed(Exception failure);
}
