using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;
using Actors.Storage;

namespace Actors.Jobs;

/// <summary>A row of <c>jobs</c>: a job without a table of its own.</summary>
internal sealed record JobEntity(string Queue, string UserId, string Work, JobState Job, long Version) : IEntityState
{
    public static readonly Table<JobEntity> Table = JobState.AddTo(
        new Table<JobEntity>("jobs")
            .Key("id", s => s.Job.Id)
            .Integer("version", s => s.Version)
            .Text("queue", s => s.Queue)
            .Text("user_id", s => s.UserId)
            .Text("work", s => s.Work)
            .Text("result", s => s.Result),
        s => s.Job);

    /// <summary>JSON that the worker brought; null before.</summary>
    public string? Result { get; init; }

    public JobEntity With(JobState job) => this with { Job = job, Version = Version + 1 };

    public static Task<JobEntity?> LoadAsync(Database database, string id, CancellationToken cancellationToken) => database.FirstAsync(
        $"select version, queue, user_id, work, result, {JobState.Columns} from jobs where id = @id",
        [("id", id)],
        row => new JobEntity(row.GetString(1), row.GetString(2), row.GetString(3), JobState.Read(row, 5), row.GetInt64(0))
        {
            Result = row.GetNullableString(4),
        },
        cancellationToken);
}

/// <summary>The table of jobs without a table of their own.</summary>
internal sealed class JobTable : IJobTable
{
    public GrainType Owner { get; } = GrainType.Create("job");

    public string Rows => $"select id as owner, user_id, {JobState.Columns} from jobs where queue = '{QueueNames.Background}'";

    public ImmutableArray<string> Queues { get; } = [QueueNames.Background];
}

/// <summary>A job without a table of its own. Key: the job's id. Durable once a method returns; only then the queue is told.</summary>
[GrainType("job")]
internal sealed class JobGrain(EntityServices services, JobQueues queues) : EntityGrain<JobEntity>(services), IJobGrain
{
    protected override string Topic => JobEvents.Topic(Id);

    protected override Table<JobEntity> Root => JobEntity.Table;

    private IQueueGrain Queue => GrainFactory.GetGrain<IQueueGrain>(queues.KeyOf(State!.Queue, Id));

    protected override bool Creates(IIncomingGrainCallContext call) => call.MethodName == nameof(Submit);

    public async Task<Job> Submit(SubmitJob command)
    {
        Validate(command);
        var job = await ExecuteAsync(() => Submit(State, command, Caller.Current!), Answer);
        await EnqueueAsync();
        return job;
    }

    public Task<Job> Get() => Task.FromResult(Answer(Visible(Permission.SeeTask)));

    public async Task<Job> Cancel()
    {
        var job = await ExecuteAsync(() => Next(Visible(Permission.RunTask), JobRules.Cancel(State!.Job, Now), JobEvents.Cancelled), Answer);
        await Queue.Cancel(Id);
        return job;
    }

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
        var attempt = 0;
        await ExecuteAsync(
            () =>
            {
                var next = Next(Known(), State is null ? null : JobRules.Start(State.Job, settings, Now), JobEvents.Started);
                attempt = next?.Next!.Job.Attempt ?? 0;
                return next;
            },
            _ => true);
        return attempt == 0
            ? null
            : State!.Job.ToLease(this.GetGrainId(), State.Work);
    }

    public Task<bool> ReportJob(string jobId, int attempt, int progress, string? providerName, string? providerJobId) => ExecuteAsync(
        () => Next(Known(), State is null ? null : JobRules.Report(State.Job, attempt, progress, providerName, providerJobId, Now), JobEvents.Progressed),
        state => state?.Job is { Status: JobStatus.Running } job && job.Attempt == attempt);

    public Task<bool> CompleteJob(string jobId, int attempt, string result)
    {
        new Validator().Range("result", result.Length, 0, JobLimits.Work).ThrowIfInvalid();
        return ExecuteAsync(
            () => Next(Known(), State is null ? null : JobRules.Complete(State.Job, attempt, Now), JobEvents.Completed) is { } done
                ? done with { Next = done.Next! with { Result = result } }
                : null,
            state => state?.Job is { Status: JobStatus.Completed } job && job.Attempt == attempt);
    }

    public Task<DateTimeOffset?> FailJob(string jobId, int attempt, JobFailure failure, QueueSettings settings) => ExecuteAsync(
        () => Next(
            Known(), State is null ? null : JobRules.Fail(State.Job, attempt, failure, settings, Now, Random.Shared.NextDouble()), JobEvents.Failed),
        state => state?.Job.NextRetryAt);

    protected override Task<JobEntity?> LoadAsync(CancellationToken cancellationToken) => JobEntity.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<string> Audience(JobEntity state) => [Actors.Audience.User(state.UserId)];

    protected override AppException Refusal(string? constraint) => Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");

    private static void Validate(SubmitJob command) => new Validator()
        .Text("queue", command.Queue, Ids.MaxLength)
        .Range("work", command.Work.Length, 0, JobLimits.Work)
        .Range("priority", command.Priority, -100, 100)
        .ThrowIfInvalid();

    private Change<JobEntity> Submit(JobEntity? state, SubmitJob command, Caller caller)
    {
        if (state is not null)
        {
            throw new AppException(ErrorKind.Conflict, "JOB_EXISTS", "This job exists already.");
        }

        Permissions.Ensure(caller, Permission.CreateTask, "Only users ask for jobs.", Relation.Own);
        queues.TableOf(command.Queue);
        var job = new JobState(Id, JobStatus.Pending, command.Priority, Now) { UpdatedAt = Now };
        return Event(new JobEntity(command.Queue, caller.UserId, command.Work, job, Version: 1), JobEvents.Submitted);
    }

    private JobEntity Visible(Permission permission) =>
        State is { } state && Permissions.Allows(Caller.Current!, permission, state.UserId == Caller.Current!.UserId ? Relation.Own : Relation.None)
        ? state
        : throw JobRules.NotFound();

    private JobEntity? Known() => Caller.Current == Caller.System ? State : throw Errors.Forbidden("Only the system carries out jobs.");

    private static Change<JobEntity>? Next(JobEntity? state, JobState? next, string kind) =>
        state is null || next is null ? null : Event(state.With(next), kind);

    private static Change<JobEntity> Event(JobEntity next, string kind) => new(next, kind, JsonSerializer.Serialize(
        new(next.Job.Status, next.Job.Attempt, next.Job.Progress, next.Job.ErrorCode), JobEventsJson.Default.JobChanged));

    private static Job Answer(JobEntity? state) => new()
    {
        Id = state!.Job.Id,
        Queue = state.Queue,
        UserId = state.UserId,
        Status = state.Job.Status,
        Attempts = state.Job.Attempt,
        Progress = state.Job.Progress,
        Result = state.Result,
        ErrorCode = state.Job.ErrorCode,
        NextRetryAt = state.Job.NextRetryAt,
    };

    private Task EnqueueAsync() => queues.EnqueueAsync(GrainFactory, State!.Queue, State.Job, this.GetGrainId(), State.UserId);
}
