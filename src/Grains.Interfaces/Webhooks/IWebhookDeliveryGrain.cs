using Actors.Jobs;
using Orleans.Concurrency;

namespace Actors.Webhooks;

/// <summary>One event that is told to the webhook of a task. Key: the delivery's id. Durable once a method returns.</summary>
[Alias("webhook-delivery-grain")]
public interface IWebhookDeliveryGrain : IJobOwner
{
    /// <summary>
    /// Has it told again, if it is not under way; with the same id, so that the receiver can tell. 404 <c>WEBHOOK_DELIVERY_NOT_FOUND</c> if the task has no
    /// such delivery, or the caller may not see the task.
    /// </summary>
    [Alias("redeliver")]
    Task<WebhookDelivery> Redeliver(string taskId);
}

/// <summary>Lists deliveries.</summary>
[Alias("webhook-queries-grain")]
public interface IWebhookQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>The deliveries of a task that the caller may see, the newest first. 404 <c>TASK_NOT_FOUND</c>.</summary>
    [Alias("list"), AlwaysInterleave]
    Task<Page<WebhookDelivery>> List(ListWebhookDeliveries query, CancellationToken cancellationToken = default);
}
