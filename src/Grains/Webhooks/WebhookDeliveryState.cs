using System.Collections.Immutable;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Webhooks;

/// <summary>A row of <c>webhook_deliveries</c>: an event that is told, and its job, which has the same id. It goes with its task.</summary>
internal sealed record WebhookDeliveryState(string TaskId, string UserId, WebhookEvent Event, string Body, JobState Job, long Version)
    : IJobEntity<WebhookDeliveryState>
{
    public string Queue => WebhookQueues.Deliveries;

    public static readonly Table<WebhookDeliveryState> Table = JobState.AddTo(
        new Table<WebhookDeliveryState>("webhook_deliveries")
            .Key("id", s => s.Job.Id)
            .Integer("version", s => s.Version)
            .Text("request_id", s => s.TaskId)
            .Text("user_id", s => s.UserId)
            .Text("event", s => WireName.Of(s.Event))
            .Text("body", s => s.Body),
        s => s.Job);

    /// <summary>A task's deliveries, the newest first.</summary>
    public static readonly KeysetList<WebhookDelivery> Deliveries = new(
        "webhook-deliveries",
        $"select event, {JobState.Columns} from webhook_deliveries",
        "created_at",
        row => AsDelivery(WireName.Parse<WebhookEvent>(row.GetString(0)), JobState.Read(row, 1)),
        delivery => new(delivery.CreatedAt, delivery.Id));

    public WebhookDeliveryState With(JobState job) => this with { Job = job, Version = Version + 1 };

    /// <summary>As its user sees it.</summary>
    public WebhookDelivery ToDelivery() => AsDelivery(Event, Job);

    public static Task<WebhookDeliveryState?> LoadAsync(Database database, string id, CancellationToken cancellationToken) =>
        database.RowsOfAllUsers().FirstAsync( // whose it is, the row says
            $"select version, request_id, user_id, event, body, {JobState.Columns} from webhook_deliveries where id = @id",
            [("id", id)],
            row => new WebhookDeliveryState(
                row.GetString(1), row.GetString(2), WireName.Parse<WebhookEvent>(row.GetString(3)), row.GetString(4), JobState.Read(row, 5), row.GetInt64(0)),
            cancellationToken);

    private static WebhookDelivery AsDelivery(WebhookEvent @event, JobState job) => new()
    {
        Id = job.Id,
        Event = @event,
        Status = job.Status,
        Attempts = job.Attempt,
        ErrorCode = job.ErrorCode,
        ErrorMessage = job.ErrorMessage,
        CreatedAt = job.CreatedAt,
        UpdatedAt = job.UpdatedAt,
        NextRetryAt = job.NextRetryAt,
    };
}

/// <summary>The jobs of deliveries; each belongs to its own grain.</summary>
internal sealed class WebhookJobTable : IJobTable
{
    public GrainType Owner { get; } = GrainType.Create("webhook-delivery");

    public string Rows => $"select id as owner, user_id, {JobState.Columns} from webhook_deliveries";

    /// <summary>A receiver may be away for a while: 12 retries stretch over some three and a half hours.</summary>
    public QueueSettings Defaults { get; } = new()
    {
        MaxConcurrency = 50,
        JobTimeout = TimeSpan.FromMinutes(2),
        MaxRetries = 12,
        RetryDelayBase = TimeSpan.FromSeconds(5),
        RetryDelayMax = TimeSpan.FromHours(1),
    };

    public ImmutableArray<string> Queues { get; } = [WebhookQueues.Deliveries];
}
