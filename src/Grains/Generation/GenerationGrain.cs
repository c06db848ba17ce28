using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;
using Actors.ChangeLog;
using Actors.Jobs;
using Actors.Models;
using Actors.Moderation;
using Actors.Storage;
using Actors.Webhooks;
using Microsoft.Extensions.Options;

namespace Actors.Generation;

/// <summary>What only other grains tell a request.</summary>
internal interface IGenerationUpdates : IGrainWithStringKey
{
    /// <summary>How its model goes.</summary>
    [Alias("hear")]
    Task Hear(ModelUpdate update);

    /// <summary>An operator has its model made again, which was given up.</summary>
    [Alias("requeue-model")]
    Task RequeueModel(string jobId);
}

/// <summary>
/// One generation request. Key: the request's id. Owns: only legal pairs of status and phase; of each image's attempts only the present one
/// counts. Durable once a method returns; only then the queue is told.
/// </summary>
[GrainType("generation")]
internal sealed class GenerationGrain(
    EntityServices services, JobQueues queues, IModeration moderation, ISecrets secrets, IOptions<WebhookOptions> webhooks)
    : EntityGrain<GenerationState>(services), IGenerationGrain, IGenerationUpdates
{
    protected override string Topic => GenerationEvents.Topic(Id);

    protected override Table<GenerationState> Root => GenerationState.Table;

    private static Caller Me => Caller.Current!;

    protected override bool Creates(IIncomingGrainCallContext call) => call.MethodName == nameof(Create);

    // The moderation is asked in this grain's turn: it holds up nobody but who asks for the same task again, and he is to wait. Of what
    // was accepted before it is not asked again.
    public async Task<GenerationRequest> Create(CreateGeneration command)
    {
        new Validator().OptionalText("remixOf", command.RemixOf, Ids.MaxLength).ThrowIfInvalid();
        var source = State is null && command.RemixOf is { } model ? await GrainFactory.GetGrain<IModelGrain>(model).FindPrompt() : null;
        var verdict = State is null && (command.Prompt ?? source) is { Length: > 0 and <= GenerationLimits.Prompt } prompt
            ? await moderation.JudgeAsync(prompt)
            : ModerationVerdict.Accepted;
        var request = await ExecuteAsync(() => Created(command, source, verdict), Answer);
        await Task.WhenAll((State?.Images ?? []).Where(i => i.Job.IsOpen).Select(EnqueueAsync)); // a repetition may come after its end
        return request;
    }

    public Task<GenerationRequest> Get() => Task.FromResult(Answer(GenerationRules.Visible(State, Me)));

    public async Task<GenerationPlaces> FindInQueues()
    {
        var state = GenerationRules.Visible(State, Me);
        var images = await Task.WhenAll(state.Images.Where(i => i.Job.IsOpen).Select(
            async i => await QueueOf(i).Find(i.Job.Id) is { } place ? new ImagePlace(i.Index, place) : null));
        var model = state.Status is RequestStatus.ModelPending or RequestStatus.ModelGenerating
            ? await GrainFactory.GetGrain<IModelGrain>(ModelIds.OfRequest(Id)).FindInQueue()
            : null;
        return new([.. images.OfType<ImagePlace>()], model);
    }

    public Task<TopicPage> ReadChanges(long? after, int limit, CancellationToken cancellationToken)
    {
        GenerationRules.Visible(State, Me);
        return ReadChangesAsync(after, limit, cancellationToken);
    }

    public Task<GenerationRequest> Select(int index, long? expectedVersion) => ExecuteAsync(
        () => Event(GenerationRules.Select(State, index, expectedVersion, Me, Now), GenerationEvents.ImageSelected), Answer);

    public async Task<GenerationRequest> RetryImage(int index, long? expectedVersion)
    {
        var request = await ExecuteAsync(
            () => Event(GenerationRules.RetryImage(State, index, expectedVersion, Me, Now), GenerationEvents.ImageChanged, index), Answer);
        await EnqueueAsync(State!.Images[index]);
        return request;
    }

    public Task<GenerationRequest> RetryModel(long? expectedVersion) => ExecuteAsync(
        () => Event(GenerationRules.RetryModel(State, expectedVersion, Me, Now), GenerationEvents.ImageSelected), Answer);

    public Task Hear(ModelUpdate update) => ExecuteAsync(
        () => State is null || GenerationRules.Hear(State, update, Now) is not { } next
            ? null
            : Tell(
                next,
                update.News == ModelNews.Completed ? GenerationEvents.Completed : GenerationEvents.ModelChanged,
                new(next.Status, next.Phase, next.SelectedImageIndex, ErrorMessage: update.ErrorMessage, ModelProgress: update.Progress)),
        _ => true);

    public Task RequeueModel(string jobId) => ExecuteAsync(
        () => Event(GenerationRules.RetryModel(State, expectedVersion: null, Caller.System, Now), GenerationEvents.ImageSelected)! with
        {
            Audit = new(AuditActions.JobRequeued, AuditEntities.Task, AuditChanges.Of(("jobId", null, jobId))),
        },
        _ => true);

    public async Task Delete(long? expectedVersion)
    {
        var present = GenerationRules.Delete(State, expectedVersion, Me);
        if (present.Selection > 0)
        {
            // First: the row of the model refers to this one's, and the model's grain is its only writer.
            await GrainFactory.GetGrain<IModelUpkeep>(ModelIds.OfRequest(Id)).Detach();
        }

        await ExecuteAsync(
            () => new Change<GenerationState>(
                null,
                GenerationEvents.Deleted,
                JsonSerializer.Serialize(
                    new([.. GenerationRules.Delete(State, expectedVersion, Me).Images.Select(i => i.ImageFileId).OfType<string>()]),
                    GenerationEventsJson.Default.RequestDeleted)),
            _ => true);
        await CancelInQueueAsync(present);
    }

    public async Task<GenerationRequest> Cancel()
    {
        var before = State;
        var request = await ExecuteAsync(() => Event(GenerationRules.Cancel(State, Me, Now), GenerationEvents.Cancelled), Answer);
        await CancelInQueueAsync(before);
        return request;
    }

    public async Task<JobLease?> StartJob(string jobId, QueueSettings settings)
    {
        var isStarted = false;
        await ExecuteAsync(
            () =>
            {
                var next = Known() is { } state ? GenerationRules.StartImage(state, jobId, settings, Now) : null;
                isStarted = next is not null;
                return Event(next, GenerationEvents.ImageChanged, next?.FindByJob(jobId)?.Index);
            },
            _ => true);
        return isStarted && State?.FindByJob(jobId) is { } image
            ? image.Job.ToLease(
                this.GetGrainId(),
                JsonSerializer.Serialize(new(Id, image.Id, image.Index, State.UserId, image.ImagePrompt ?? State.Prompt), ImageWorkJson.Default.ImageWork))
            : null;
    }

    public Task<bool> ReportJob(string jobId, int attempt, int progress, string? providerName, string? providerJobId) => ExecuteAsync(
        () => Known() is { } state
            ? Event(
                GenerationRules.ReportImage(state, jobId, attempt, progress, providerName, providerJobId, Now),
                GenerationEvents.ImageChanged,
                state.FindByJob(jobId)?.Index)
            : null,
        state => state?.FindByJob(jobId)?.Job is { Status: JobStatus.Running } job && job.Attempt == attempt);

    public Task<bool> CompleteJob(string jobId, int attempt, string result)
    {
        new Validator().Text("result", result, JobLimits.Work).ThrowIfInvalid();
        return ExecuteAsync(
            () => Known() is { } state
                ? Event(GenerationRules.CompleteImage(state, jobId, attempt, result, Now), GenerationEvents.ImageCompleted, state.FindByJob(jobId)?.Index)
                : null,
            state => state?.FindByJob(jobId)?.Job is { Status: JobStatus.Completed } job && job.Attempt == attempt);
    }

    public Task<DateTimeOffset?> FailJob(string jobId, int attempt, JobFailure failure, QueueSettings settings) => ExecuteAsync(
        () =>
        {
            var next = Known() is { } state ? GenerationRules.FailImage(state, jobId, attempt, failure, settings, Now, Random.Shared.NextDouble()) : null;
            var image = next?.FindByJob(jobId);
            return Event(next, image?.Status == ImageStatus.Failed ? GenerationEvents.ImageFailed : GenerationEvents.ImageChanged, image?.Index);
        },
        state => state?.FindByJob(jobId)?.Job.NextRetryAt);

    public async Task RequeueJob(string jobId)
    {
        var image = State?.FindByJob(jobId);
        JobRules.EnsureMayRequeue(Me, image?.Job);
        await ExecuteAsync(
            () => Event(GenerationRules.RetryImage(State, image!.Index, expectedVersion: null, Caller.System, Now), GenerationEvents.ImageChanged, image.Index)! with
            {
                Audit = new(AuditActions.JobRequeued, AuditEntities.Task, AuditChanges.Of(("jobId", null, jobId))),
            },
            _ => true);
        await EnqueueAsync(State!.Images[image!.Index]);
    }

    protected override Task<GenerationState?> LoadAsync(CancellationToken cancellationToken) => GenerationState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<RowChange> ChildChanges(GenerationState? before, GenerationState after) => GenerationState.Changes(before, after);

    protected override ImmutableArray<string> Audience(GenerationState state) => [Actors.Audience.User(state.UserId)];

    protected override AppException Refusal(string? constraint) => constraint == ChangeLogRows.KeyConstraint
        ? new(ErrorKind.Conflict, "TASK_EXISTS", "This task exists already.")
        : Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");

    private GenerationState? Known() => Me == Caller.System ? State : throw Errors.Forbidden("Only the system carries out jobs.");

    private Change<GenerationState> Created(CreateGeneration command, string? source, ModerationVerdict verdict)
    {
        var next = GenerationRules.Create(State, Id, Me, command, source, webhooks.Value, Now);
        verdict.EnsureAccepted();
        return Event(next, GenerationEvents.Created)! with
        {
            Rows = command.Webhook is { } webhook ? [WebhookSecret.Table.Insert(WebhookSecret.Of(Id, next.UserId, webhook.Secret, secrets))] : [],
        };
    }

    private static Change<GenerationState>? Event(GenerationState? next, string kind, int? index = null)
    {
        if (next is null)
        {
            return null;
        }

        var image = index is { } i ? next.Images[i] : null;
        return Tell(next, kind, new(next.Status, next.Phase, next.SelectedImageIndex, index, image?.Status, image?.ErrorMessage));
    }

    private static Change<GenerationState> Tell(GenerationState next, string kind, RequestChanged change) =>
        new(next, kind, JsonSerializer.Serialize(change, GenerationEventsJson.Default.RequestChanged));

    private static GenerationRequest Answer(GenerationState? state) => new()
    {
        Id = state!.Id,
        UserId = state.UserId,
        Prompt = state.Prompt,
        Status = state.Status,
        Phase = state.Phase,
        SelectedImageIndex = state.SelectedImageIndex,
        Images = [.. state.Images.Select(i => i.ToImage())],
        Version = state.Version,
        CreatedAt = state.CreatedAt,
        UpdatedAt = state.UpdatedAt,
        CompletedAt = state.CompletedAt,
        Selection = state.Selection,
        Webhook = state.Webhook,
        RemixOf = state.RemixOf,
    };

    private Task CancelInQueueAsync(GenerationState? state) =>
        Task.WhenAll((state?.Images ?? []).Where(i => i.Job.IsOpen).Select(image => QueueOf(image).Cancel(image.Job.Id)));

    private IQueueGrain QueueOf(ImageState image) => GrainFactory.GetGrain<IQueueGrain>(queues.KeyOf(GenerationQueues.Images, image.Job.Id));

    private Task EnqueueAsync(ImageState image) =>
        queues.EnqueueAsync(GrainFactory, GenerationQueues.Images, image.Job, this.GetGrainId(), State!.UserId);
}
