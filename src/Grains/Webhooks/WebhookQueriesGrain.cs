using Actors.Generation;
using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Webhooks;

/// <summary>Lists deliveries by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class WebhookQueriesGrain(Database database) : Grain, IWebhookQueriesGrain
{
    public async Task<Page<WebhookDelivery>> List(ListWebhookDeliveries query, CancellationToken cancellationToken = default)
    {
        new Validator().Range("limit", query.Limit, 1, PageLimits.MaxSize).ThrowIfInvalid();
        var task = await GrainFactory.GetGrain<IGenerationGrain>(query.TaskId).Get(); // refuses who may not see it
        return await WebhookDeliveryState.Deliveries.ReadAsync(
            database.RowsOf(task.UserId), new Filter().And("request_id = @task", "task", task.Id), query.Cursor, query.Limit, cancellationToken);
    }
}
