using System.Collections.Immutable;

namespace Actors.ChangeLog;

/// <summary>Wakes those who wait for changes in a partition: after local commits, and when another silo tells of its own.</summary>
public sealed class LogSignals
{
    private readonly Lock _gate = new();
    private readonly ImmutableArray<LogWaiter>[] _waiters = [.. Enumerable.Repeat(ImmutableArray<LogWaiter>.Empty, ChangeLogLimits.Partitions)];

    /// <param name="partition">The partition.</param>
    /// <param name="onlyWanted">Whether to be woken only by changes that a consumer grain handles.</param>
    public LogWaiter Watch(int partition, bool onlyWanted = false)
    {
        var waiter = new LogWaiter(this, partition, onlyWanted);
        lock (_gate)
        {
            _waiters[partition] = _waiters[partition].Add(waiter);
        }

        return waiter;
    }

    /// <summary>Wakes the watchers of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="isWanted">Whether any of its new changes is one that a consumer grain handles.</param>
    public void Raise(int partition, bool isWanted)
    {
        foreach (var waiter in _waiters[partition])
        {
            if (isWanted || !waiter.OnlyWanted)
            {
                waiter.Set();
            }
        }
    }

    /// <summary>Wakes everybody: nobody knows what was missed.</summary>
    public void RaiseAll()
    {
        for (var partition = 0; partition < _waiters.Length; partition++)
        {
            Raise(partition, isWanted: true);
        }
    }

    internal void Remove(LogWaiter waiter)
    {
        lock (_gate)
        {
            _waiters[waiter.Partition] = _waiters[waiter.Partition].Remove(waiter);
        }
    }
}

/// <summary>One who waits for changes of a partition. A signal between two waits is kept, not lost.</summary>
public sealed class LogWaiter : IDisposable
{
    private readonly LogSignals _signals;
    private readonly SemaphoreSlim _signal = new(0, 1);

    internal LogWaiter(LogSignals signals, int partition, bool onlyWanted)
    {
        _signals = signals;
        Partition = partition;
        OnlyWanted = onlyWanted;
    }

    public int Partition { get; }

    internal bool OnlyWanted { get; }

    public void Dispose() => _signals.Remove(this);

    /// <summary>True if a signal came, false if the time is over.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    internal void Set()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Signalled already and not yet waited for: one signal is enough.
        }
    }
}
