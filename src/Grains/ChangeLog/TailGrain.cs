using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Actors.ChangeLog;

/// <summary>
/// The last changes of one partition, in a ring. A loop follows the log as long as anybody asks; what is older than the ring is
/// read from the log. Holds nothing that is not in the log: a killed tail begins anew at its end.
/// </summary>
internal sealed partial class TailGrain(IChangeLog log, TimeProvider time, ILogger<TailGrain> logger)
    : Grain, ITailGrain, IDisposable
{
    /// <summary>Changes kept in memory: some seconds at full speed.</summary>
    private const int RingSize = 4_096;

    /// <summary>The log is asked that often even without a signal: signals are hints.</summary>
    private static readonly TimeSpan SafetyPoll = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<LoggedChange> _ring = new(256);
    private TaskCompletionSource _news = NewSignal();
    private LogCursor _floor;
    private LogCursor _head;

    private int Partition => (int)this.GetPrimaryKeyLong();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _floor = _head = await log.HeadAsync(Partition, cancellationToken);
        _ = FollowAsync();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _news.TrySetResult();
        return _stop.CancelAsync();
    }

    public void Dispose() => _stop.Dispose();

    public Task<LogCursor> Head() => Task.FromResult(_head);

    public async Task<TailPage> Read(LogCursor after, int limit, TimeSpan wait, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, ChangeLogLimits.MaxPage);
        if (after < _floor)
        {
            return await ReadOldAsync(after, limit, cancellationToken);
        }

        if (after > _head)
        {
            // No log gave this out: it was restored to an earlier state, or the cursor is made up.
            return new([], after, IsLost: true);
        }

        if (after == _head)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
            var longest = wait < ChangeLogLimits.LongestWait ? wait : ChangeLogLimits.LongestWait;
            await _news.Task.WaitAsync(longest, time, end.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return after < _floor ? await ReadOldAsync(after, limit, cancellationToken) : FromRing(after, limit);
    }

    private TailPage FromRing(LogCursor after, int limit)
    {
        var first = _ring.BinarySearch(new LoggedChange(after, null!), ByCursor.Instance);
        first = first < 0 ? ~first : first + 1;
        var changes = _ring.GetRange(first, Math.Min(limit, _ring.Count - first)).ToImmutableArray();
        return new(changes, changes.IsEmpty ? after : changes[^1].Cursor);
    }

    private async Task<TailPage> ReadOldAsync(LogCursor after, int limit, CancellationToken cancellationToken)
    {
        var page = await log.ReadAsync(Partition, after, limit, cancellationToken);
        return page.IsTooOld
            ? new([], after, IsLost: true)
            : new(page.Changes, page.Changes.IsEmpty ? after : page.Changes[^1].Cursor);
    }

    private async Task FollowAsync()
    {
        using var waiter = log.Watch(Partition);
        var isDown = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var page = await log.ReadAsync(Partition, _head, ChangeLogLimits.MaxPage, _stop.Token);
                isDown = false;
                if (page.IsTooOld)
                {
                    await BeginAnewAsync();
                    continue;
                }

                Append(page.Changes);
                if (page.IsPending)
                {
                    await waiter.WaitAsync(TimeSpan.FromMilliseconds(5), _stop.Token);
                }
                else if (page.Changes.IsEmpty)
                {
                    await waiter.WaitAsync(SafetyPoll, _stop.Token);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever the store throws, the tail comes back
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!isDown)
                {
                    LogCannotRead(failure, Partition);
                }

                isDown = true;
                await Task.Delay(AfterFailure, time, CancellationToken.None);
            }
        }
    }

    // The store was out of reach for so long that the log was dropped behind the head: what followers lack is not in the ring.
    private async Task BeginAnewAsync()
    {
        var head = await log.HeadAsync(Partition, _stop.Token);
        _ring.Clear();
        _floor = _head = head;
        Signal();
    }

    private void Append(ImmutableArray<LoggedChange> changes)
    {
        if (changes.IsEmpty)
        {
            return;
        }

        _ring.AddRange(changes);
        _head = changes[^1].Cursor;
        if (_ring.Count > 2 * RingSize)
        {
            var dropped = _ring.Count - RingSize;
            _floor = _ring[dropped - 1].Cursor;
            _ring.RemoveRange(0, dropped);
        }

        Signal();
    }

    private void Signal()
    {
        var news = _news;
        _news = NewSignal();
        news.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "The change log's partition {Partition} cannot be read; trying on")]
    private partial void LogCannotRead(Exception exception, int partition);

    private sealed class ByCursor : IComparer<LoggedChange>
    {
        public static readonly ByCursor Instance = new();

        public int Compare(LoggedChange? x, LoggedChange? y) => x!.Cursor.CompareTo(y!.Cursor);
    }
}
