using System.Text.Json;
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
    : JobEntityGrain<WebhookDeliveryState>(services, queues), IWebhookDeliveryGrain, IWebhookUpdates
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

    protected override Task<WebhookDeliveryState?> LoadAsync(CancellationToken cancellationToken) =>
        WebhookDeliveryState.LoadAsync(Database, Id, cancellationToken);

    protected override async Task<Func<WebhookDeliveryState, string>?> FindWorkAsync(WebhookDeliveryState state) =>
        await FindTargetAsync(state) is { Url: var url, Secret: var secret } ? delivery => Signed(delivery, url, secret) : null;

    // Only what the task has to tell is stored: refused, it has no task (any more), or is told of one that went before.
    protected override AppException Refusal(string? constraint) => NotFound();

    private WebhookDeliveryState Visible(string taskId) =>
        State is { } state && state.TaskId == taskId && Permissions.Allows(Caller.Current!, Permission.SeeTask, RelationTo(state)) ? state : throw NotFound();

    private static Relation RelationTo(WebhookDeliveryState state) => state.UserId == Caller.Current!.UserId ? Relation.Own : Relation.None;

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

    private static AppException NotFound() => new(ErrorKind.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND", "The task has no such delivery.");

    /// <summary>Where the event is told, and what signs it.</summary>
    private sealed record Target(string Url, WebhookSecret Secret);
}
