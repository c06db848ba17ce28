using System.Collections.Immutable;
using System.Globalization;
using Actors.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Jobs;

/// <summary>What a queue works with.</summary>
internal sealed class QueueServices(
    Database database, JobQueues queues, IOptions<JobOptions> options, TimeProvider time, ILogger<QueueServices> logger)
{
    public Database Database { get; } = database;

    public JobQueues Queues { get; } = queues;

    public JobOptions Options { get; } = options.Value;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;
}

/// <summary>
/// Decides which job begins when. Every call interleaves: what is here is memory that no await leaves half changed. A job begins by the
/// commit of its owner, so two queues that both think it is theirs, as after a split, cannot begin the same attempt.
/// </summary>
internal sealed partial class QueueGrain(QueueServices services) : Grain, IQueueGrain
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly FairQueue _queue = new();
    private readonly Dictionary<string, RunningJob> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _workers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _starting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _cancelled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _doubtful = new(StringComparer.Ordinal);
    private HashSet<(string JobId, int Attempt)>? _unknown;
    private TaskCompletionSource _news = NewSignal();
    private QueueSettings _settings = new();
    private DateTimeOffset _readAt;
    private TimeSpan? _usualDuration;
    private int _readBelow; // with fewer jobs than that it reads on; 0: there are no more rows
    private bool _isTicking;

    private string Name => this.GetPrimaryKeyString()[..this.GetPrimaryKeyString().LastIndexOf('/')];

    private int Shard => int.Parse(this.GetPrimaryKeyString().AsSpan(Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    private DateTimeOffset Now => services.Time.GetUtcNow();

    private int FreeSlots => Math.Max(0, Concurrency - _running.Count - _starting.Count);

    // Each shard has its part, and at least one: a job that could never begin would be worse than one too many under way.
    private int Concurrency
    {
        get
        {
            var shards = services.Queues.Shards(Name);
            return Math.Max(1, (_settings.MaxConcurrency + shards - 1 - Shard) / shards);
        }
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Caller.Current = Caller.System;
        await Refresh();
        await ReadRowsAsync(cancellationToken);
        this.RegisterGrainTimer(OnTickAsync, new GrainTimerCreationOptions(Tick, Tick) { KeepAlive = true, Interleave = true });
    }

    public async Task Enqueue(JobTicket job)
    {
        Caller.Current = Caller.System;
        // Asked once for all jobs that he has here; what the rows say of it is heard with the next look at them.
        var terms = _queue.TermsOf(job.UserId) ?? await services.Queues.TermsAsync(GrainFactory, job.UserId);
        if (_queue.Count >= services.Options.InMemory)
        {
            _readBelow = services.Options.InMemory / 2;
        }
        else if (!_running.ContainsKey(job.JobId) && !_starting.Contains(job.JobId))
        {
            _queue.Add(job with { Terms = terms }, Now);
            Wake();
        }
    }

    public async Task<ImmutableArray<JobLease>> Lease(string worker, int count, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        Caller.Current = Caller.System;
        count = Math.Clamp(count, 1, JobLimits.LeasesAtOnce);
        var end = Now + (wait < JobLimits.LongestWait ? wait : JobLimits.LongestWait);
        _workers[worker] = Now;
        while (true)
        {
            var news = _news.Task;
            var leases = await StartAsync(worker, count);
            var left = end - Now;
            if (!leases.IsEmpty || left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested || !_workers.ContainsKey(worker))
            {
                return leases;
            }

            await news.WaitAsync(left, services.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    public Task Leave(string worker)
    {
        _workers.Remove(worker);
        Signal();
        return Task.CompletedTask;
    }

    public Task<HeartbeatAnswer> Heartbeat(string worker, ImmutableArray<string> jobIds)
    {
        _workers[worker] = Now;
        var lost = ImmutableArray.CreateBuilder<string>();
        foreach (var id in jobIds)
        {
            if (_running.TryGetValue(id, out var job) && (job.Worker ?? worker) == worker)
            {
                (job.Worker, job.HeardAt) = (worker, Now);
            }
            else
            {
                lost.Add(id);
            }
        }

        return Task.FromResult(new HeartbeatAnswer(lost.ToImmutable()));
    }

    public Task Ended(string jobId, int attempt, DateTimeOffset? nextAttemptAt)
    {
        if (_running.TryGetValue(jobId, out var job) && job.Attempt == attempt)
        {
            End(job, nextAttemptAt);
        }

        return Task.CompletedTask;
    }

    public Task Cancel(string jobId)
    {
        if (_running.TryGetValue(jobId, out var job))
        {
            End(job, nextAttemptAt: null);
        }
        else if (!_queue.Remove(jobId) && _starting.Contains(jobId))
        {
            _cancelled.Add(jobId); // it is just beginning: its owner decides which of the two came first
        }

        return Task.CompletedTask;
    }

    public Task<QueuePlace?> Find(string jobId)
    {
        if (_running.ContainsKey(jobId))
        {
            return Task.FromResult<QueuePlace?>(new(0, TimeSpan.Zero));
        }

        return Task.FromResult<QueuePlace?>(
            _queue.Position(jobId) is { } position ? new(position, _usualDuration * Math.Ceiling((double)position / Concurrency)) : null);
    }

    public Task<QueueState> Get()
    {
        Permissions.Ensure(Caller.Current!, Permission.RunQueues, "Only an administrator may look into queues.");
        return Task.FromResult(new QueueState(_queue.Waiting, _queue.Delayed, _running.Count, _workers.Count));
    }

    public async Task Refresh()
    {
        Caller.Current = Caller.System;
        // Not by their grain: it waits for this call.
        _settings = (await QueueSettingsState.LoadAsync(services.Database, Name, CancellationToken.None))?.Settings ?? services.Queues.TableOf(Name).Defaults;
        _queue.Heed(_settings.EnablePriority);
        Wake();
    }

    private async Task<ImmutableArray<JobLease>> StartAsync(string worker, int count)
    {
        var starts = new List<Task<JobLease?>>();
        // Who was killed while it waited is given nothing.
        while (_settings.IsActive && Now - _workers.GetValueOrDefault(worker) < JobLimits.Silence && starts.Count < count && FreeSlots > 0 && _queue.Take(Now) is { } job)
        {
            _starting.Add(job.JobId);
            starts.Add(StartAsync(worker, job));
        }

        return [.. (await Task.WhenAll(starts)).OfType<JobLease>()];
    }

    private async Task<JobLease?> StartAsync(string worker, JobTicket job)
    {
        try
        {
            var lease = await GrainFactory.GetGrain<IJobOwner>(job.Owner).StartJob(job.JobId, _settings);
            if (lease is not null)
            {
                _running[job.JobId] = new(job, lease.Attempt, lease.TimeoutAt, Now) { Worker = worker, HeardAt = Now };
                if (_cancelled.Remove(job.JobId))
                {
                    End(_running[job.JobId], nextAttemptAt: null);
                    return null;
                }

                return lease;
            }

            // It is over, or nothing to do; or it was begun by a call whose answer was lost, and nobody works on it.
            _doubtful.Add(job.JobId);
            _queue.Release(job.UserId);
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException)
        {
            // Whether it began is not known. If it did, it cannot begin again, and its row tells.
            LogNotStarted(services.Logger, failure, Name, job.JobId);
            _queue.Release(job.UserId);
            _queue.Add(job with { NotBefore = Now + AfterFailure }, Now);
        }
        finally
        {
            _starting.Remove(job.JobId);
            _cancelled.Remove(job.JobId);
        }

        Wake();
        return null;
    }

    private void End(RunningJob job, DateTimeOffset? nextAttemptAt)
    {
        _running.Remove(job.Ticket.JobId);
        _queue.Release(job.Ticket.UserId);
        var took = Now - job.StartedAt;
        _usualDuration = _usualDuration is { } usual ? (usual * 0.9) + (took * 0.1) : took;
        if (nextAttemptAt is { } at)
        {
            _queue.Add(job.Ticket with { NotBefore = at }, Now);
        }

        Wake();
    }

    private async Task OnTickAsync(CancellationToken cancellationToken)
    {
        if (_isTicking)
        {
            return;
        }

        _isTicking = true;
        Caller.Current = Caller.System;
        try
        {
            var now = Now;
            await Task.WhenAll(_running.Values.Where(j => j.IsOver(now) || j.IsLost(now)).ToList().Select(TimeOutAsync));
            foreach (var (worker, at) in _workers)
            {
                if (now - at > JobLimits.Death + JobLimits.LongestWait)
                {
                    _workers.Remove(worker);
                }
            }

            if (now - _readAt > services.Options.ReadAgain || _queue.Count < _readBelow)
            {
                await ReadRowsAsync(cancellationToken);
            }

            if (_queue.NextDue <= now)
            {
                Wake();
            }

            await ReadDoubtfulAsync(cancellationToken);
        }
#pragma warning disable CA1031 // whatever the store throws, the next tick tries again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogTickFailed(services.Logger, failure, Name);
        }
        finally
        {
            _isTicking = false;
        }
    }

    private async Task TimeOutAsync(RunningJob job)
    {
        try
        {
            var owner = GrainFactory.GetGrain<IJobOwner>(job.Ticket.Owner);
            await Ended(job.Ticket.JobId, job.Attempt, await owner.FailJob(job.Ticket.JobId, job.Attempt, job.IsOver(Now) ? JobRules.TimedOut : JobRules.WorkerLost, _settings));
        }
#pragma warning disable CA1031 // one owner that fails must not hold up the others; the next tick tries again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotTimedOut(services.Logger, failure, Name, job.Ticket.JobId);
        }
    }

    private async Task ReadDoubtfulAsync(CancellationToken cancellationToken)
    {
        foreach (var id in _doubtful.Where(id => !_starting.Contains(id)).ToList())
        {
            _doubtful.Remove(id);
            if (await services.Queues.FindOpenAsync(Name, id, cancellationToken) is { Status: JobStatus.Running } job && !Knows(id))
            {
                Occupy(job);
            }
        }
    }

    // What is told while this reads is newer than what it reads: it only adds what nobody has told. An attempt may have ended since its row was
    // read; one that two reads have seen has not.
    private async Task ReadRowsAsync(CancellationToken cancellationToken)
    {
        var open = await services.Queues.ListOpenAsync(Name, services.Options.InMemory, cancellationToken);
        _readAt = Now;
        var key = this.GetPrimaryKeyString();
        var (before, unknown) = (_unknown, new HashSet<(string, int)>());
        foreach (var job in open)
        {
            var id = job.Ticket.JobId;
            _queue.SetTerms(job.Ticket.UserId, job.Ticket.Terms);
            if (services.Queues.KeyOf(Name, id) != key || Knows(id))
            {
                continue;
            }

            if (job.Status == JobStatus.Running && before?.Contains((id, job.Attempt)) == false)
            {
                unknown.Add((id, job.Attempt));
            }
            else if (job.Status == JobStatus.Running)
            {
                Occupy(job);
            }
            else
            {
                _queue.Add(job.Ticket, Now);
            }
        }

        _unknown = unknown;
        // Of this shard's jobs it holds maybe only its part of what was read.
        _readBelow = open.Length == services.Options.InMemory ? _queue.Count / 2 : 0;
        Wake();
    }

    private bool Knows(string jobId) => _running.ContainsKey(jobId) || _starting.Contains(jobId) || _queue.Contains(jobId);

    private void Occupy(OpenJob job)
    {
        _running.Add(job.Ticket.JobId, new(job.Ticket, job.Attempt, job.TimeoutAt ?? Now, Now) { HeardAt = Now });
        _queue.Occupy(job.Ticket);
    }

    private void Wake()
    {
        if (_queue.Count > 0)
        {
            Signal();
        }
    }

    private void Signal()
    {
        var news = _news;
        _news = NewSignal();
        news.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "{Queue}: whether job {Job} began is not known; it is tried again")]
    private static partial void LogNotStarted(ILogger logger, Exception exception, string queue, string job);

    [LoggerMessage(LogLevel.Warning, "{Queue}: job {Job} is overdue and could not be given up; the next look tries again")]
    private static partial void LogNotTimedOut(ILogger logger, Exception exception, string queue, string job);

    [LoggerMessage(LogLevel.Warning, "{Queue}: a look at the jobs failed; the next one follows")]
    private static partial void LogTickFailed(ILogger logger, Exception exception, string queue);

    /// <summary>An attempt under way.</summary>
    private sealed class RunningJob(JobTicket ticket, int attempt, DateTimeOffset timeoutAt, DateTimeOffset startedAt)
    {
        public JobTicket Ticket => ticket;

        public int Attempt => attempt;

        public DateTimeOffset StartedAt => startedAt;

        /// <summary>Who works on it; null if it was under way before this grain was, and nobody has said so yet.</summary>
        public string? Worker { get; set; }

        public required DateTimeOffset HeardAt { get; set; }

        public bool IsOver(DateTimeOffset now) => now > timeoutAt;

        public bool IsLost(DateTimeOffset now) => now - HeardAt > JobLimits.Death;
    }
}
