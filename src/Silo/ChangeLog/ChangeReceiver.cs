using Orleans.Streams;

namespace Actors.ChangeLog;

/// <summary>
/// Reads one partition of the log for the stream provider. Waits for a signal instead of asking again and again; passes over what no
/// consumer wants; says by checkpoints how far everything is handled. Starts where the last checkpoint is, so what was on its way when
/// a silo died comes again. Called by one agent, one call at a time; an agent never calls <see cref="Initialize"/> twice, so nothing
/// depends on its success.
/// </summary>
internal sealed partial class ChangeReceiver(
    IChangeLog log, ChangeInterests interests, int partition, TimeProvider time, ILogger<ChangeReceiver> logger) : IQueueAdapterReceiver
{
    /// <summary>Changes on their way at once; beyond it nothing more is read: a consumer is stuck.</summary>
    internal const int MostOnTheWay = 4_096;

    private const int MostOfABatch = 32;

    /// <summary>The log is asked that often even without a signal: signals are hints, and none comes for what nobody wants.</summary>
    private static readonly TimeSpan SafetyPoll = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstWhilePending = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWhilePending = TimeSpan.FromMilliseconds(64);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(1);

    private readonly LogWaiter _waiter = log.Watch(partition, onlyWanted: true);
    private bool _isLoaded;
    private LogCursor _read;
    private LogCursor _handled;
    private LogCursor _saved;
    private long _savedAt;
    private long _readAt;
    private int _onTheWay;
    private bool _isDrained;
    private bool _isPending;
    private bool _isDown;
    private TimeSpan _pause = FirstPause;
    private TimeSpan _whilePending = FirstWhilePending;

    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        try
        {
            var batches = await PollAsync(cancellationToken);
            _isDown = false;
            return batches;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return []; // Another silo takes over.
        }
#pragma warning disable CA1031 // whatever the store throws, the partition is read on; nothing was handed out
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!_isDown)
            {
                LogCannotRead(logger, failure, partition);
            }

            _isDown = true;
            await Task.Delay(AfterFailure, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return [];
        }
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            var batch = (ChangeBatch)message;
            _onTheWay -= batch.Changes.Length;
            _handled = batch.Cursor;
        }

        return Task.CompletedTask;
    }

    public async Task Shutdown(TimeSpan timeout)
    {
        _waiter.Dispose();
        try
        {
            using var limit = new CancellationTokenSource(timeout, time);
            await SaveAsync(limit.Token);
        }
#pragma warning disable CA1031 // the next reader hands out a few changes again, no more
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotSaved(logger, failure, partition);
        }
    }

    /// <summary>What is new and wanted; nothing after a while without it, so that the agent notes what was delivered meanwhile.</summary>
    private async Task<IList<IBatchContainer>> PollAsync(CancellationToken cancellationToken)
    {
        if (!_isLoaded)
        {
            _read = _handled = _saved = await log.LoadCheckpointAsync(ChangeStreams.Consumer, partition, cancellationToken);
            _isLoaded = true;
        }

        if (time.GetElapsedTime(_savedAt) >= BetweenCheckpoints)
        {
            await SaveAsync(cancellationToken);
        }

        if (!await IsTimeToReadAsync(cancellationToken))
        {
            return [];
        }

        _readAt = time.GetTimestamp();
        var page = await log.ReadAsync(partition, _read, ChangeLogLimits.MaxPage, cancellationToken);
        _isPending = page.IsPending;
        _isDrained = page.Changes.Length < ChangeLogLimits.MaxPage;
        _whilePending = page.IsPending && page.Changes.IsEmpty ? _whilePending : FirstWhilePending;
        if (page.Changes.IsEmpty)
        {
            return [];
        }

        _read = page.Changes[^1].Cursor;
        var batches = ChangeBatch.Pack(page.Changes.Where(logged => interests.Include(logged.Change)), MostOfABatch);
        _onTheWay += batches.Sum(batch => ((ChangeBatch)batch).Changes.Length);
        _pause = batches.Count > 0 ? FirstPause : _pause;
        return batches;
    }

    private async Task<bool> IsTimeToReadAsync(CancellationToken cancellationToken)
    {
        if (_onTheWay >= MostOnTheWay)
        {
            await PauseAsync(cancellationToken);
            return false;
        }

        if (!_isDrained)
        {
            return true;
        }

        if (_isPending)
        {
            // Usually a transaction of a few milliseconds; but it may be one that somebody forgot.
            await _waiter.WaitAsync(_whilePending, cancellationToken);
            _whilePending = 2 * _whilePending < LongestWhilePending ? 2 * _whilePending : LongestWhilePending;
            return true;
        }

        if (_onTheWay == 0)
        {
            await _waiter.WaitAsync(SafetyPoll, cancellationToken);
            return true;
        }

        return await PauseAsync(cancellationToken) || time.GetElapsedTime(_readAt) >= SafetyPoll;
    }

    /// <summary>Waits a little longer each time while consumers are at work; whether a signal came.</summary>
    private async Task<bool> PauseAsync(CancellationToken cancellationToken)
    {
        var isSignalled = await _waiter.WaitAsync(_pause, cancellationToken);
        _pause = 2 * _pause < SafetyPoll ? 2 * _pause : SafetyPoll;
        return isSignalled;
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        // With nothing on its way, all that was read is handled, also what nobody wants.
        _handled = _onTheWay == 0 ? _read : _handled;
        if (_handled > _saved)
        {
            _savedAt = time.GetTimestamp();
            await log.SaveCheckpointAsync(ChangeStreams.Consumer, partition, _handled, cancellationToken);
            _saved = _handled;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The change log's partition {Partition} cannot be read for its consumers; trying on")]
    private static partial void LogCannotRead(ILogger logger, Exception exception, int partition);

    [LoggerMessage(LogLevel.Warning, "How far the change log's partition {Partition} is handled could not be saved: its last changes come again")]
    private static partial void LogNotSaved(ILogger logger, Exception exception, int partition);
}
