using System.Diagnostics;

namespace Actors.Storage;

/// <summary>Writes a batch of commits in one transaction: the part of a store that knows the database.</summary>
internal interface IBatchWriter
{
    /// <summary>
    /// Writes <paramref name="batch"/> (sorted by root table and id, no root twice) and puts the outcome of every commit at
    /// the same index of <paramref name="outcomes"/>, which is all <see cref="CommitStatus.Unknown"/> before. Expected
    /// failures are outcomes; if it throws, what is not decided yet stays unknown.
    /// </summary>
    Task WriteAsync(IReadOnlyList<Commit> batch, CommitOutcome[] outcomes);
}

/// <summary>
/// Gathers commits of many entities into batches. While a flight is in the air commits wait; the next flight takes what has
/// gathered. Another one beside it starts only with half a batch: small batches side by side would cost more than they gain. There
/// is no timer and no artificial delay: alone, a commit flies at once.
/// </summary>
internal sealed partial class GroupCommitter : IAsyncDisposable
{
    /// <summary>Bounds the size of one statement, whatever the number of rows in a commit.</summary>
    private const int MaxRowsPerBatch = 8_192;

    private readonly IBatchWriter _writer;
    private readonly CommitInstruments _instruments;
    private readonly ILogger _logger;
    private readonly ICommitObserver? _observer;
    private readonly int _queueLimit;
    private readonly int _maxBatch;
    private readonly int _flights;
    private readonly int _enoughForAnother;

    private readonly Lock _gate = new();
    private readonly List<QueuedCommit> _queue = new(256);

    // Roots of all batches in the air. A second commit of the same root waits for the first one's outcome.
    private readonly HashSet<Root> _inAir = [];
    private readonly TaskCompletionSource _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _flying;
    private bool _closed;

    public GroupCommitter(IBatchWriter writer, StorageOptions options, int flights, CommitInstruments instruments, ILogger logger, ICommitObserver? observer = null)
    {
        _writer = writer;
        _instruments = instruments;
        _logger = logger;
        _observer = observer;
        _queueLimit = options.QueueLimit;
        _maxBatch = options.MaxBatch;
        _flights = flights;
        _enoughForAnother = Math.Max(1, options.MaxBatch / 2);
        instruments.ObserveQueue(() => _queue.Count);
    }

    public Task<CommitOutcome> CommitAsync(Commit commit)
    {
        if (!StorableText.IsStorable(commit))
        {
            _instruments.OnOutcome(CommitStatus.Violation);
            return Task.FromResult(new CommitOutcome(CommitStatus.Violation));
        }

        var queued = new QueuedCommit(commit);
        lock (_gate)
        {
            if (_closed || _queue.Count >= _queueLimit)
            {
                _instruments.OnOutcome(CommitStatus.NotWritten);
                return Task.FromResult(CommitOutcome.NotWritten);
            }

            _queue.Add(queued);
            if (_flying == _flights || (_flying > 0 && _queue.Count < _enoughForAnother))
            {
                return queued.Task;
            }

            _flying++;
        }

        // Never on the caller's scheduler: a grain's turn must not carry the flights of others.
        ThreadPool.UnsafeQueueUserWorkItem(static committer => _ = committer.FlyAsync(), this, preferLocal: false);
        return queued.Task;
    }

    /// <summary>Takes no more commits and waits until those in the queue have their outcome.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_flying == 0)
            {
                return;
            }
        }

        await _landed.Task;
    }

    private async Task FlyAsync()
    {
        var batch = new List<QueuedCommit>(_maxBatch);
        var commits = new List<Commit>(_maxBatch);
        while (TakeBatch(batch))
        {
            batch.Sort(static (x, y) => x.Root.CompareTo(y.Root)); // one lock order for every flight of every silo
            commits.AddRange(batch.Select(static b => b.Commit));
            var outcomes = new CommitOutcome[batch.Count];
            Array.Fill(outcomes, CommitOutcome.Unknown);
            var started = Stopwatch.GetTimestamp();
            try
            {
                await _writer.WriteAsync(commits, outcomes);
            }
#pragma warning disable CA1031 // a caller must get an outcome whatever happens, and the next batch must fly
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFlightFailed(exception, batch.Count);
            }

            _instruments.OnFlight(batch.Count, Stopwatch.GetElapsedTime(started));
            Land(batch, outcomes);
            batch.Clear();
            commits.Clear();
        }
    }

    private bool TakeBatch(List<QueuedCommit> batch)
    {
        lock (_gate)
        {
            var rows = 0;
            var kept = 0;
            var next = 0;
            for (; next < _queue.Count && batch.Count < _maxBatch && rows < MaxRowsPerBatch; next++)
            {
                var queued = _queue[next];
                if (_inAir.Add(queued.Root))
                {
                    batch.Add(queued);
                    rows += queued.Commit.Rows.Length + 1;
                }
                else
                {
                    _queue[kept++] = queued;
                }
            }

            _queue.RemoveRange(kept, next - kept);
            if (batch.Count > 0)
            {
                return true;
            }

            // What is left waits for a root in the air; the flight that carries it looks at the queue again when it lands.
            if (--_flying == 0 && _closed)
            {
                _landed.TrySetResult();
            }

            return false;
        }
    }

    private void Land(List<QueuedCommit> batch, CommitOutcome[] outcomes)
    {
        lock (_gate)
        {
            foreach (var queued in batch)
            {
                _inAir.Remove(queued.Root);
            }
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            _instruments.OnOutcome(outcomes[i].Status);
            batch[i].SetResult(outcomes[i]);
            if (outcomes[i].Status == CommitStatus.Committed)
            {
                _observer?.OnCommitted(batch[i].Commit);
            }
        }

        _observer?.OnFlightLanded();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A flight of {Commits} commits failed in an unforeseen way; outcomes not known by then are unknown")]
    private partial void LogFlightFailed(Exception exception, int commits);

    private readonly record struct Root(string Table, string Id) : IComparable<Root>
    {
        public int CompareTo(Root other)
        {
            var byTable = string.CompareOrdinal(Table, other.Table);
            return byTable != 0 ? byTable : string.CompareOrdinal(Id, other.Id);
        }
    }

    private sealed class QueuedCommit(Commit commit)
        : TaskCompletionSource<CommitOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Commit Commit { get; } = commit;

        public Root Root { get; } = new(commit.Root.Table.Name, commit.Id);
    }
}
