using System.Collections.Immutable;
using System.Text.Json;
using Actors.Generation;

namespace Actors.Webhooks;

/// <summary>An event that is to be told.</summary>
/// <param name="Id">Id of the delivery.</param>
/// <param name="TaskId">The task.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Event">What happened.</param>
/// <param name="Body">What is sent.</param>
/// <param name="At">When it happened, UTC.</param>
[GenerateSerializer, Immutable, Alias("new-webhook-delivery")]
internal sealed record NewDelivery(
    [property: Id(0)] string Id,
    [property: Id(1)] string TaskId,
    [property: Id(2)] string UserId,
    [property: Id(3)] WebhookEvent Event,
    [property: Id(4)] string Body,
    [property: Id(5)] DateTimeOffset At);

/// <summary>Which webhooks there may be, and what they are told.</summary>
internal static class WebhookRules
{
    /// <summary>Collects what is wrong with a webhook that a user wants.</summary>
    public static Validator Webhook(this Validator validator, NewWebhook? webhook, WebhookOptions options) => webhook is null
        ? validator
        : validator
            .That(IsUsable(webhook.Url, options), "webhook.url", $"must be an absolute {(options.AllowHttp ? "http or " : "")}https URL of at most {WebhookLimits.Url} characters, without user and fragment")
            .That(webhook.Events.IsDefault || webhook.Events.All(Enum.IsDefined), "webhook.events", $"must be of {string.Join(", ", WireName.All<WebhookEvent>())}")
            .That(webhook.Events.IsDefault || !webhook.Events.IsEmpty, "webhook.events", "must not be empty")
            .That(
                WebhookSecret.IsUsable(webhook.Secret),
                "webhook.secret",
                $"must be {WebhookLimits.MinSecret} to {WebhookLimits.MaxSecret} visible ASCII characters, after whsec_ base 64");

    /// <summary>What is kept of it beside its secret.</summary>
    public static Webhook Of(NewWebhook webhook) =>
        new(webhook.Url, webhook.Events.IsDefault ? [.. Enum.GetValues<WebhookEvent>()] : [.. webhook.Events.Distinct().Order()]);

    /// <summary>The events that a change of a task is.</summary>
    public static ImmutableArray<WebhookEvent> EventsOf(string kind, RequestChanged change) => kind switch
    {
        GenerationEvents.Created => [WebhookEvent.Created],
        GenerationEvents.ImageCompleted => [WebhookEvent.Image],
        GenerationEvents.ImageFailed when change.Status == RequestStatus.ImageFailed => [WebhookEvent.Image, WebhookEvent.Failed],
        GenerationEvents.ImageFailed => [WebhookEvent.Image],
        GenerationEvents.ModelChanged when change.Status == RequestStatus.ModelFailed => [WebhookEvent.Failed],
        GenerationEvents.Completed => [WebhookEvent.Completed],
        _ => [],
    };

    /// <summary>The delivery of an event; the same, with the same id, each time that the change comes.</summary>
    public static NewDelivery DeliveryOf(WebhookEvent @event, GenerationRequest task, ChangeEvent change, RequestChanged data)
    {
        var name = WireName.Of(@event);
        var id = Ids.From("webhook", task.Id, $"{change.Version}/{name}");
        var image = data.Index is { } index ? new WebhookImage(index, data.ImageStatus) : null;
        var payload = new WebhookPayload(
            id, $"task.{name}", change.At, new(task.Id, change.Version, data.Status, data.Phase, data.SelectedImageIndex, image, data.ErrorMessage));
        return new(id, task.Id, task.UserId, @event, JsonSerializer.Serialize(payload, WebhookPayloadJson.Default.WebhookPayload), change.At);
    }

    // The text is sent as it is: what Uri would quote or repair is refused, not guessed.
    private static bool IsUsable(string url, WebhookOptions options) =>
        url.Length <= WebhookLimits.Url
        && url.All(c => c is > ' ' and <= '~')
        && Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && (parsed.Scheme == Uri.UriSchemeHttps || (options.AllowHttp && parsed.Scheme == Uri.UriSchemeHttp))
        && parsed is { UserInfo: "", Fragment: "", Host: not "" };
}
