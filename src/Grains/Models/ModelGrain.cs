using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;
using Actors.Blobs;
using Actors.ChangeLog;
using Actors.Generation;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Models;

/// <summary>What only other grains tell a model.</summary>
internal interface IModelUpkeep : IGrainWithStringKey
{
    /// <summary>An image was chosen.</summary>
    [Alias("begin")]
    Task Begin(BeginModel chosen);

    /// <summary>The request was cancelled.</summary>
    [Alias("abandon")]
    Task Abandon();

    /// <summary>The request goes.</summary>
    [Alias("detach")]
    Task Detach();
}

/// <summary>
/// One model. Key: its id. Owns: its row, its job's and those of its tags, and the rows of those who like or keep it, so that its counts are always those of its rows.
/// </summary>
/// <remarks>
/// Views and downloads are gathered for a second and committed together: a silo that is killed in that second loses them, and nothing else.
/// </remarks>
[GrainType("model")]
internal sealed partial class ModelGrain(EntityServices services, JobQueues queues) : EntityGrain<ModelState>(services), IModelGrain, IModelUpkeep
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _viewers = new(StringComparer.Ordinal);
    private DateTime _viewersOf;
    private long _views;
    private long _downloads;
    private IGrainTimer? _countSoon;

    protected override string Topic => ModelEvents.Topic(Id);

    protected override Table<ModelState> Root => ModelState.Table;

    private static Caller Me => Caller.Current!;

    public async Task Begin(BeginModel chosen)
    {
        await ExecuteAsync(() => ModelRules.Begin(State, Id, chosen, Now), _ => true);
        await EnqueueAsync(State!);
    }

    public async Task Abandon()
    {
        await ExecuteAsync(() => ModelRules.Abandon(State, Now), _ => true);
        await CancelInQueueAsync(State);
    }

    public async Task Detach()
    {
        var present = State;
        await ExecuteAsync(() => ModelRules.Detach(State, Now), _ => true);
        await CancelInQueueAsync(present);
    }

    public async Task<Model> Import(ImportModel command)
    {
        new Validator().Text("fileId", command.FileId, Ids.MaxLength).ThrowIfInvalid();
        var file = (await GrainFactory.GetGrain<IBlobGrain>(command.FileId).Link(CancellationToken.None)).Blob;
        await ExecuteAsync(() => ModelRules.Import(State, Id, command, file, Me, Now), _ => true);
        var state = ModelRules.Visible(State, Me); // a repetition may come after its end
        await EnqueueAsync(state);
        return await AnswerAsync(state);
    }

    public Task<Model> Get() => AnswerAsync(ModelRules.Visible(State, Me));

    public async Task<Model?> Find() => ModelRules.IsVisible(State, Me) ? await AnswerAsync(State!) : null;

    public async Task<QueuePlace?> FindInQueue() =>
        ModelRules.Visible(State, Me) is { Job.IsOpen: true } state ? await QueueOf(state).Find(state.Job.Id) : null;

    public Task<string?> FindPrompt() => Task.FromResult(ModelRules.PromptFor(State, Me));

    public Task<Model> Look(string viewer)
    {
        var state = ModelRules.Public(State);
        _views += IsNew("view", viewer) ? 1 : 0;
        CountSoon();
        return AnswerAsync(state);
    }

    public Task<Model> Download(string viewer)
    {
        var state = ModelRules.Completed(ModelRules.Visible(State, Caller.Current));
        _downloads += IsNew("download", viewer) ? 1 : 0;
        CountSoon();
        return AnswerAsync(state);
    }

    public Task<TopicPage> ReadChanges(long? after, int limit, CancellationToken cancellationToken)
    {
        var state = ModelRules.Visible(State, Me);
        return Permissions.Allows(Me, Permission.SeeTask, ModelRules.RelationTo(state, Me))
            ? ReadChangesAsync(after, limit, cancellationToken)
            : throw ModelRules.NotFound();
    }

    public Task<Model> Change(ChangeModel command) => CommandAsync(() => ModelRules.Change(State, command, Me, Now));

    public Task<Model> Publish(long? expectedVersion) => CommandAsync(() => ModelRules.Publish(State, expectedVersion, Me, Now));

    public Task<Model> Unpublish(long? expectedVersion) => CommandAsync(() => ModelRules.Unpublish(State, expectedVersion, Me, Now));

    public Task Delete(long? expectedVersion) => ExecuteAsync(() => ModelRules.Delete(State, expectedVersion, Me), _ => true);

    public Task<Model> TakeDown(string reason) => ModerateAsync(() => ModelRules.TakeDown(State, reason, Me, Now));

    public Task<Model> Restore() => ModerateAsync(() => ModelRules.Restore(State, Me, Now));

    public async Task<JobLease?> StartJob(string jobId, QueueSettings settings)
    {
        EnsureSystem();
        var started = false;
        await ExecuteAsync(
            () =>
            {
                var change = ModelRules.Start(State, settings, Now);
                started = change is not null;
                return change;
            },
            _ => true);
        return started
            ? State!.Job.ToLease(this.GetGrainId(), State.Work)
            : null;
    }

    public Task<bool> ReportJob(string jobId, int attempt, int progress, string? providerName, string? providerJobId)
    {
        EnsureSystem();
        return ExecuteAsync(() => ModelRules.Report(State, attempt, progress, providerName, providerJobId, Now), state => IsAt(state, JobStatus.Running, attempt));
    }

    public Task<bool> CompleteJob(string jobId, int attempt, string result)
    {
        EnsureSystem();
        new Validator().Text("result", result, JobLimits.Work).ThrowIfInvalid();
        var made = JsonSerializer.Deserialize(result, ModelWorkJson.Default.MadeModel) ?? throw Errors.Invalid("result", "says nothing");
        return ExecuteAsync(() => ModelRules.Complete(State, attempt, made, Now), state => IsAt(state, JobStatus.Completed, attempt));
    }

    public Task<DateTimeOffset?> FailJob(string jobId, int attempt, JobFailure failure, QueueSettings settings)
    {
        EnsureSystem();
        return ExecuteAsync(
            () => ModelRules.Fail(State, attempt, failure, settings, Now, Random.Shared.NextDouble()), state => state?.Job.NextRetryAt);
    }

    public async Task RequeueJob(string jobId)
    {
        JobRules.EnsureMayRequeue(Me, State?.Job);
        if (State!.RequestId is { } request)
        {
            await GrainFactory.GetGrain<IGenerationUpdates>(request).RequeueModel(jobId); // which then begins it
            return;
        }

        await ExecuteAsync(
            () => ModelRules.Requeue(State!, Now) with { Audit = new(AuditActions.JobRequeued, AuditEntities.Model, AuditChanges.Of(("jobId", null, jobId))) },
            _ => true);
        await EnqueueAsync(State!);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await CountAsync(cancellationToken);
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    protected override bool Creates(IIncomingGrainCallContext call) => call.MethodName == nameof(Import);

    protected override Task<ModelState?> LoadAsync(CancellationToken cancellationToken) => ModelState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<RowChange> ChildChanges(ModelState? before, ModelState after) => ModelState.Changes(before, after);

    protected override ImmutableArray<string> Audience(ModelState state) => [Actors.Audience.User(state.UserId)];

    protected override AppException Refusal(string? constraint) => constraint == ChangeLogRows.KeyConstraint
        ? new(ErrorKind.Conflict, "MODEL_EXISTS", "There is, or was, a model of this file or task.")
        : Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");

    private static bool IsAt(ModelState? state, JobStatus status, int attempt) => state?.Job is { } job && job.Status == status && job.Attempt == attempt;

    private static void EnsureSystem()
    {
        if (Me != Caller.System)
        {
            throw Errors.Forbidden("Only the system carries out jobs.");
        }
    }

    private async Task<Model> CommandAsync(Func<Change<ModelState>?> decide)
    {
        await ExecuteAsync(decide, _ => true);
        return await AnswerAsync(ModelRules.Visible(State, Me));
    }

    private async Task<Model> ModerateAsync(Func<Change<ModelState>?> decide)
    {
        await ExecuteAsync(decide, _ => true);
        return await AnswerAsync(State ?? throw ModelRules.NotFound()); // of whomever it is, a service sees it
    }

    private IQueueGrain QueueOf(ModelState state) => GrainFactory.GetGrain<IQueueGrain>(queues.KeyOf(state.Queue, state.Job.Id));

    private Task EnqueueAsync(ModelState state) => state.Job.IsOpen
        ? queues.EnqueueAsync(GrainFactory, state.Queue, state.Job, this.GetGrainId(), state.UserId)
        : Task.CompletedTask;

    private Task CancelInQueueAsync(ModelState? state) => state is null ? Task.CompletedTask : QueueOf(state).Cancel(state.Job.Id);

    private bool IsNew(string what, string viewer)
    {
        new Validator().Text("viewer", viewer, Ids.MaxLength).ThrowIfInvalid();
        var today = Now.UtcDateTime.Date;
        if (_viewersOf != today || _viewers.Count >= ModelLimits.Viewers)
        {
            _viewers.Clear();
            _viewersOf = today;
        }

        return _viewers.Add($"{what}\n{viewer}");
    }

    private void CountSoon()
    {
        if (_views + _downloads > 0)
        {
            _countSoon ??= this.RegisterGrainTimer(CountAsync, new GrainTimerCreationOptions(CountEvery, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        _countSoon?.Dispose();
        _countSoon = null;
        if (State is null || _views + _downloads == 0)
        {
            return;
        }

        var (views, downloads) = (_views, _downloads);
        (_views, _downloads) = (0, 0);
        Caller.Current = Caller.System;
        try
        {
            await ExecuteAsync(() => ModelRules.CountLooks(State!, views, downloads), _ => true);
        }
        catch (AppException lost) when (lost.Kind == ErrorKind.Unavailable)
        {
            // Of a second: to count it again might count it twice.
        }
    }
}
