using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;

namespace Actors.Jobs;

/// <summary>An entity that is one job.</summary>
internal interface IJobEntity<TSelf> : IEntityState
{
    /// <summary>Its queue.</summary>
    string Queue { get; }

    /// <summary>Whose it is.</summary>
    string UserId { get; }

    JobState Job { get; }

    /// <summary>Its next version, with the job as it is then.</summary>
    TSelf With(JobState job);
}

/// <summary>The grain of an entity that is one job; the entity's key is the job's. Durable once a method returns; only then the queue is told.</summary>
internal abstract class JobEntityGrain<TState>(EntityServices services, JobQueues queues) : EntityGrain<TState>(services), IJobOwner
    where TState : class, IJobEntity<TState>
{
    protected JobQueues Queues => queues;

    protected IQueueGrain Queue => GrainFactory.GetGrain<IQueueGrain>(queues.KeyOf(State!.Queue, Id));

    public async Task RequeueJob(string jobId)
    {
        JobRules.EnsureMayRequeue(Caller.Current!, State?.Job);
        await ExecuteAsync(
            () => Next(State, JobRules.Requeue(State!.Job, Now), JobEvents.Requeued)! with { Audit = new(AuditActions.JobRequeued, AuditEntities.Job) },
            _ => true);
        await EnqueueAsync();
    }

    public async Task<JobLease?> StartJob(string jobId, QueueSettings settings)
    {
        // First: an attempt that has begun is to be made.
        var work = Known() is { } known ? await FindWorkAsync(known) : null;
        if (work is null)
        {
            return null;
        }

        var isStarted = false;
        await ExecuteAsync(
            () =>
            {
                var next = Next(State, JobRules.Start(State!.Job, settings, Now), JobEvents.Started);
                isStarted = next is not null;
                return next;
            },
            _ => true);
        return isStarted ? State!.Job.ToLease(this.GetGrainId(), work(State)) : null;
    }

    public Task<bool> ReportJob(string jobId, int attempt, int progress, string? providerName, string? providerJobId) => ExecuteAsync(
        () => Next(Known(), State is null ? null : JobRules.Report(State.Job, attempt, progress, providerName, providerJobId, Now), JobEvents.Progressed),
        state => state?.Job is { Status: JobStatus.Running } job && job.Attempt == attempt);

    public Task<bool> CompleteJob(string jobId, int attempt, string result)
    {
        new Validator().Range("result", result.Length, 0, JobLimits.Work).ThrowIfInvalid();
        return EndAsync(
            () => Next(Known(), State is null ? null : JobRules.Complete(State.Job, attempt, Now), JobEvents.Completed) is { } done
                ? done with { Next = Completed(done.Next!, result) }
                : null,
            state => state?.Job is { Status: JobStatus.Completed } job && job.Attempt == attempt);
    }

    public Task<DateTimeOffset?> FailJob(string jobId, int attempt, JobFailure failure, QueueSettings settings) => EndAsync(
        () => Next(
            Known(), State is null ? null : JobRules.Fail(State.Job, attempt, failure, settings, Now, Random.Shared.NextDouble()), JobEvents.Failed),
        state => state?.Job.NextRetryAt);

    // Jobs are not deleted, or only with what they belong to, without which they cannot be created.
    protected override bool MayLiveTwice => false;

    /// <summary>What an attempt is to do, said once it has begun; null if there is nothing to do any more.</summary>
    protected abstract Task<Func<TState, string>?> FindWorkAsync(TState state);

    /// <summary>The entity with what its worker brought.</summary>
    protected virtual TState Completed(TState state, string result) => state;

    protected override ImmutableArray<string> Audience(TState state) => [Actors.Audience.User(state.UserId)];

    // A repetition may come after its end.
    protected Task EnqueueAsync() => State is { Job.IsOpen: true } state
        ? queues.EnqueueAsync(GrainFactory, state.Queue, state.Job, this.GetGrainId(), state.UserId)
        : Task.CompletedTask;

    protected static Change<TState>? Next(TState? state, JobState? next, string kind) =>
        state is null || next is null ? null : Event(state.With(next), kind);

    protected static Change<TState> Event(TState next, string kind) => new(next, kind, JsonSerializer.Serialize(
        new(next.Job.Status, next.Job.Attempt, next.Job.Progress, next.Job.ErrorCode), JobEventsJson.Default.JobChanged));

    // Who works through many jobs must not fill the memory with those that are over.
    private async Task<TAnswer> EndAsync<TAnswer>(Func<Change<TState>?> decide, Func<TState?, TAnswer> answer)
    {
        var result = await ExecuteAsync(decide, answer);
        if (State?.Job.IsOpen == false)
        {
            DeactivateOnIdle();
        }

        return result;
    }

    private TState? Known() => Caller.Current == Caller.System ? State : throw Errors.Forbidden("Only the system carries out jobs.");
}
