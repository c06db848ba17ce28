using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Webhooks;

/// <summary>What only other grains tell a delivery.</summary>
internal interface IWebhookUpdates : IGrainWithStringKey
{
    /// <summary>Makes the delivery, if it is not there yet. 404 if its task is gone.</summary>
    [Alias("begin")]
    Task Begin(NewDelivery delivery);
}

/// <summary>
/// One event that is told to the webhook of a task. Key: the delivery's id. Each attempt is signed here, so that the secret goes to no worker. The row goes
/// with its task's, by the database: then nothing of it begins any more.
/// </summary>
[GrainType("webhook-delivery")]
internal sealed class WebhookDeliveryGrain(EntityServices services, JobQueues queues, ISecrets secrets)
    : EntityGrain<WebhookDeliveryState>(services), IWebhookDeliveryGrain, IWebhookUpdates
{
    protected override string Topic => $"webhook-deliveries/{Id}";

    protected override Table<WebhookDeliveryState> Root => WebhookDeliveryState.Table;

    public async Task Begin(NewDelivery delivery)
    {
        var job = new JobState(Id, JobStatus.Pending, Priority: 0, delivery.At) { UpdatedAt = Now };
        await ExecuteAsync(
            () => State is null
                ? Event(new(delivery.TaskId, delivery.UserId, delivery.Event, delivery.Body, job, Version: 1), JobEvents.Submitted)
                : null,
            _ => true);
        await EnqueueAsync();
    }

    public async Task<WebhookDelivery> Redeliver(string taskId)
    {
        var state = Visible(taskId);
        Permissions.Ensure(Caller.Current!, Permission.RunTask, "Only its user may have an event of a task told again.", RelationTo(state));
        var delivery = await ExecuteAsync(() => Next(State, JobRules.Requeue(state.Job, Now), JobEvents.Requeued), next => next!.ToDelivery());
        await EnqueueAsync();
        return delivery;
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
        // First: an attempt that has begun is to be made.
        var target = Known() is { } known ? await FindTargetAsync(known) : null;
        if (target is not { Url: var url, Secret: var secret })
        {
            return null;
        }

        var attempt = 0;
        await ExecuteAsync(
            () =>
            {
                var next = Next(State, JobRules.Start(State!.Job, settings, Now), JobEvents.Started);
                attempt = next?.Next!.Job.Attempt ?? 0;
                return next;
            },
            _ => true);
        return attempt == 0
            ? null
            : State!.Job.ToLease(this.GetGrainId(), Signed(State, url, secret));
    }

    public Task<bool> ReportJob(string jobId, int attempt, int progress, string? providerName, string? providerJobId) => ExecuteAsync(
        () => Next(Known(), State is null ? null : JobRules.Report(State.Job, attempt, progress, providerName, providerJobId, Now), JobEvents.Progressed),
        state => state?.Job is { Status: JobStatus.Running } job && job.Attempt == attempt);

    public Task<bool> CompleteJob(string jobId, int attempt, string result) => ExecuteAsync(
        () => Next(Known(), State is null ? null : JobRules.Complete(State.Job, attempt, Now), JobEvents.Completed),
        state => state?.Job is { Status: JobStatus.Completed } job && job.Attempt == attempt);

    public Task<DateTimeOffset?> FailJob(string jobId, int attempt, JobFailure failure, QueueSettings settings) => ExecuteAsync(
        () => Next(
            Known(), State is null ? null : JobRules.Fail(State.Job, attempt, failure, settings, Now, Random.Shared.NextDouble()), JobEvents.Failed),
        state => state?.Job.NextRetryAt);

    protected override Task<WebhookDeliveryState?> LoadAsync(CancellationToken cancellationToken) =>
        WebhookDeliveryState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<string> Audience(WebhookDeliveryState state) => [Actors.Audience.User(state.UserId)];

    // Only what the task has to tell is stored: refused, it has no task (any more), or is told of one that went before.
    protected override AppException Refusal(string? constraint) => NotFound();

    private WebhookDeliveryState Visible(string taskId) =>
        State is { } state && state.TaskId == taskId && Permissions.Allows(Caller.Current!, Permission.SeeTask, RelationTo(state)) ? state : throw NotFound();

    private static Relation RelationTo(WebhookDeliveryState state) => state.UserId == Caller.Current!.UserId ? Relation.Own : Relation.None;

    private WebhookDeliveryState? Known() => Caller.Current == Caller.System ? State : throw Errors.Forbidden("Only the system carries out jobs.");

    private Task<Target?> FindTargetAsync(WebhookDeliveryState state) => Database.RowsOf(state.UserId).FirstAsync(
        "select r.webhook_url, s.secret from generation_requests r join webhook_secrets s on s.request_id = r.id where r.id = @task",
        [("task", state.TaskId)],
        row => new Target(row.GetString(0), new(state.TaskId, state.UserId, row.GetString(1))));

    private string Signed(WebhookDeliveryState state, string url, WebhookSecret secret)
    {
        var timestamp = state.Job.StartedAt!.Value.ToUnixTimeSeconds();
        return JsonSerializer.Serialize(
            new(url, Id, timestamp, secret.Sign(Id, timestamp, state.Body, secrets), state.Body), WebhookWorkJson.Default.WebhookWork);
    }

    private static Change<WebhookDeliveryState>? Next(WebhookDeliveryState? state, JobState? next, string kind) =>
        state is null || next is null ? null : Event(state.With(next), kind);

    private static Change<WebhookDeliveryState> Event(WebhookDeliveryState next, string kind) => new(next, kind, JsonSerializer.Serialize(
        new(next.Job.Status, next.Job.Attempt, next.Job.Progress, next.Job.ErrorCode), JobEventsJson.Default.JobChanged));

    private static AppException NotFound() => new(ErrorKind.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND", "The task has no such delivery.");

    private Task EnqueueAsync() => State is { Job.IsOpen: true } state
        ? queues.EnqueueAsync(GrainFactory, WebhookQueues.Deliveries, state.Job, this.GetGrainId(), state.UserId)
        : Task.CompletedTask;

    /// <summary>Where the event is told, and what signs it.</summary>
    private sealed record Target(string Url, WebhookSecret Secret);
}
