using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.Jobs;

/// <summary>A row of <c>jobs</c>: a job without a table of its own.</summary>
internal sealed record JobEntity(string Queue, string UserId, string Work, JobState Job, long Version) : IJobEntity<JobEntity>
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
internal sealed class JobGrain(EntityServices services, JobQueues queues) : JobEntityGrain<JobEntity>(services, queues), IJobGrain
{
    protected override string Topic => JobEvents.Topic(Id);

    protected override Table<JobEntity> Root => JobEntity.Table;

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

    protected override Task<JobEntity?> LoadAsync(CancellationToken cancellationToken) => JobEntity.LoadAsync(Database, Id, cancellationToken);

    protected override Task<Func<JobEntity, string>?> FindWorkAsync(JobEntity state) => Task.FromResult<Func<JobEntity, string>?>(s => s.Work);

    protected override JobEntity Completed(JobEntity state, string result) => state with { Result = result };

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
        Queues.TableOf(command.Queue); // no such queue: refused
        var job = new JobState(Id, JobStatus.Pending, command.Priority, Now) { UpdatedAt = Now };
        return Event(new JobEntity(command.Queue, caller.UserId, command.Work, job, Version: 1), JobEvents.Submitted);
    }

    private JobEntity Visible(Permission permission) =>
        State is { } state && Permissions.Allows(Caller.Current!, permission, state.UserId == Caller.Current!.UserId ? Relation.Own : Relation.None)
        ? state
        : throw JobRules.NotFound();

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
}
