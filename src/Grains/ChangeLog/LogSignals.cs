using System.Collections.Immutable;

namespace Actors.ChangeLog;

/// <summary>Wakes those who wait for changes in a partition: after local commits, and when another silo tells of its own.</summary>
public sealed class LogSignals
{
    private readonly Lock _gate = new();
    private readonly ImmutableArray<LogWaiter>[] _waiters = [.. Enumerable.Repeat(ImmutableArray<LogWaiter>.Empty, ChangeLogLimits.Partitions)];

    public LogWaiter Watch(int partition)
    {
        var waiter = new LogWaiter(this, partition);
        lock (_gate)
        {
            _waiters[partition] = _waiters[partition].Add(waiter);
        }

        return waiter;
    }

    /// <summary>Wakes the watchers of a partition.</summary>
    public void Raise(int partition)
    {
        foreach (var waiter in _waiters[partition])
        {
            waiter.Set();
        }
    }

    /// <summary>Wakes everybody: nobody knows what was missed.</summary>
    public void RaiseAll()
    {
        for (var partition = 0; partition < _waiters.Length; partition++)
        {
            Raise(partition);
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

    internal LogWaiter(LogSignals signals, int partition)
    {
        _signals = signals;
        Partition = partition;
    }

    public int Partition { get; }

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
