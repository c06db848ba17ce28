using System.Collections.Immutable;
using Actors.Infrastructure.Http;

namespace Actors.Webhooks;

/// <summary>What was told to the webhook of a task, over HTTP.</summary>
internal static class WebhookEndpoints
{
    /// <summary>Maps <c>/tasks/{id}/webhook-deliveries</c>.</summary>
    public static void MapWebhookDeliveries(this RouteGroupBuilder tasks)
    {
        tasks.MapGet("/{id}/webhook-deliveries", List).Describe("listWebhookDeliveries", "What is told to the task's webhook, and how that went, the newest first");
        tasks.MapPost("/{id}/webhook-deliveries/{deliveryId}/redeliver", Redeliver).NotAudited()
            .Describe("redeliverWebhook", "Tell an event again, unless it is under way");
    }

    private static async Task<Answer<ImmutableArray<WebhookDelivery>>> List(
        string id, [AsParameters] ListWebhookDeliveriesRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery(id);
        return Answers.Rows(await grains.GetGrain<IWebhookQueriesGrain>(0).List(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<WebhookDelivery>> Redeliver(string id, string deliveryId, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IWebhookDeliveryGrain>(deliveryId).Redeliver(id));
}
