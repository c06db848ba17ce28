using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Actors.Jobs;

namespace Actors.Webhooks;

/// <summary>What of a task a webhook tells.</summary>
public enum WebhookEvent
{
    /// <summary>It was asked for.</summary>
    Created = 0,

    /// <summary>An image is there, or was given up.</summary>
    Image = 1,

    /// <summary>The model is there: nothing is left to do.</summary>
    Completed = 2,

    /// <summary>No image could be made, or the model could not: it goes on only if its user tries again.</summary>
    Failed = 3,
}

/// <summary>Where a task's events are told.</summary>
/// <param name="Url">Takes a POST for each event.</param>
/// <param name="Events">The events that are told, each once, in the order of their values.</param>
[GenerateSerializer, Immutable, Alias("webhook")]
public sealed record Webhook([property: Id(0)] string Url, [property: Id(1)] ImmutableArray<WebhookEvent> Events);

/// <summary>A webhook that a user wants for a new task (features 4.16, 9.13).</summary>
[GenerateSerializer, Immutable, Alias("new-webhook")]
public sealed record NewWebhook
{
    /// <summary>Absolute, <c>https</c> (or <c>http</c> where the system allows it), at most <see cref="WebhookLimits.Url"/> characters, no user, no fragment.</summary>
    [Id(0)] public required string Url { get; init; }

    /// <summary>The events that are to be told; all if it is default.</summary>
    [Id(1)] public ImmutableArray<WebhookEvent> Events { get; init; }

    /// <summary>
    /// Signs the deliveries; <see cref="WebhookLimits.MinSecret"/> to <see cref="WebhookLimits.MaxSecret"/> visible ASCII characters. After <c>whsec_</c> it is
    /// base 64. It is kept encrypted and never told again.
    /// </summary>
    [Id(2)] public required string Secret { get; init; }
}

/// <summary>An event that is told to the webhook of a task, as its user sees it.</summary>
[GenerateSerializer, Immutable, Alias("webhook-delivery")]
public sealed record WebhookDelivery
{
    /// <summary>Opaque id; the header <c>webhook-id</c>.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>What is told.</summary>
    [Id(1)] public WebhookEvent Event { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(2)] public JobStatus Status { get; init; }

    /// <summary>Attempts so far.</summary>
    [Id(3)] public int Attempts { get; init; }

    /// <summary>Code of the last failure; null if there was none.</summary>
    [Id(4)] public string? ErrorCode { get; init; }

    /// <summary>What the last failure said.</summary>
    [Id(5)] public string? ErrorMessage { get; init; }

    /// <summary>When the event was noticed, UTC.</summary>
    [Id(6)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the delivery last changed, UTC.</summary>
    [Id(7)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the next attempt may begin, UTC.</summary>
    [Id(8)] public DateTimeOffset? NextRetryAt { get; init; }
}

/// <summary>Asks for the deliveries of a task, the newest first.</summary>
[GenerateSerializer, Immutable, Alias("list-webhook-deliveries")]
public sealed record ListWebhookDeliveries
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>Where the page before ended.</summary>
    [Id(1)] public string? Cursor { get; init; }

    /// <summary>Most rows, 1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(2)] public int Limit { get; init; } = PageLimits.DefaultSize;
}

/// <summary>What the worker of a delivery sends: the whole request, already signed. The secret stays in the silo.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Id">The header <c>webhook-id</c>; the same for each attempt.</param>
/// <param name="Timestamp">The header <c>webhook-timestamp</c>: when the attempt began, in seconds since 1970.</param>
/// <param name="Signature">The header <c>webhook-signature</c>.</param>
/// <param name="Body">JSON.</param>
public sealed record WebhookWork(string Url, string Id, long Timestamp, string Signature, string Body);

/// <summary>How work is written: camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WebhookWork))]
public sealed partial class WebhookWorkJson : JsonSerializerContext;

/// <summary>Names of the queues.</summary>
public static class WebhookQueues
{
    /// <summary>Jobs that tell an event; their work is a <see cref="WebhookWork"/>.</summary>
    public const string Deliveries = "webhook";
}

/// <summary>Limits of webhooks.</summary>
public static class WebhookLimits
{
    /// <summary>Characters of a URL.</summary>
    public const int Url = 2_000;

    /// <summary>Fewest characters of a secret.</summary>
    public const int MinSecret = 16;

    /// <summary>Most characters of a secret.</summary>
    public const int MaxSecret = 256;
}
