using Actors.ChangeLog;
using Actors.Generation;

namespace Actors.Webhooks;

/// <summary>Follows one task: each of its events that its webhook wants becomes one delivery. Key: the task's id.</summary>
[ImplicitStreamSubscription(GenerationEvents.Namespace)]
internal sealed class WebhooksOfTaskGrain(ChangeConsumerServices services, IGrainFactory grains) : ChangeConsumerGrain(services)
{
    public static readonly ChangeInterest Interest = new(
        GenerationEvents.Namespace,
        GenerationEvents.Created,
        GenerationEvents.ImageCompleted,
        GenerationEvents.ImageFailed,
        GenerationEvents.ModelChanged,
        GenerationEvents.Completed);

    private GenerationRequest? _task;

    protected override string Consumer => "webhooks-of-tasks";

    protected override async Task HandleAsync(ChangeEvent change)
    {
        if (!Interest.Kinds.Contains(change.Kind, StringComparer.Ordinal))
        {
            return;
        }

        var data = Data(change, GenerationEventsJson.Default.RequestChanged);
        var events = WebhookRules.EventsOf(change.Kind, data);
        if (events.IsEmpty || await FindTaskAsync() is not { Webhook: { } webhook } task)
        {
            return;
        }

        foreach (var wanted in events.Intersect(webhook.Events))
        {
            await BeginAsync(WebhookRules.DeliveryOf(wanted, task, change, data));
        }
    }

    // What is read of it never changes.
    private async Task<GenerationRequest?> FindTaskAsync()
    {
        try
        {
            return _task ??= await grains.GetGrain<IGenerationGrain>(this.GetPrimaryKeyString()).Get();
        }
        catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task BeginAsync(NewDelivery delivery)
    {
        try
        {
            await grains.GetGrain<IWebhookUpdates>(delivery.Id).Begin(delivery);
        }
        catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
        {
            // The task went meanwhile, and what it had to tell with it.
        }
    }
}
