using System.Text.Json.Serialization;
using Actors.Generation;

namespace Actors.Webhooks;

/// <summary>What a webhook is told, as JSON; the same for each attempt. No URLs of pictures: they hold for a while only, and whoever has one can read.</summary>
/// <param name="Id">The delivery's id; the header <c>webhook-id</c>.</param>
/// <param name="Type">The event: <c>task.created</c>, <c>task.image</c>, <c>task.completed</c>, <c>task.failed</c>.</param>
/// <param name="CreatedAt">When it happened, UTC.</param>
/// <param name="Data">How the task stood then.</param>
public sealed record WebhookPayload(string Id, string Type, DateTimeOffset CreatedAt, WebhookTask Data);

/// <summary>How a task stood after a change.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Version">Its version then: deliveries may overtake one another, versions tell their order.</param>
/// <param name="Status">Where it stood.</param>
/// <param name="Phase">What it was about.</param>
/// <param name="SelectedImageIndex">The chosen image, 0 to 3.</param>
/// <param name="Image">The image that the event is about.</param>
/// <param name="ErrorMessage">What went wrong.</param>
public sealed record WebhookTask(
    string TaskId,
    long Version,
    RequestStatus Status,
    RequestPhase Phase,
    int? SelectedImageIndex,
    WebhookImage? Image,
    string? ErrorMessage);

/// <summary>An image after a change.</summary>
/// <param name="Index">0 to 3.</param>
/// <param name="Status">Where it stood.</param>
public sealed record WebhookImage(int Index, ImageStatus? Status);

/// <summary>How it is written: camelCase names, no nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WireEnumConverter<RequestStatus>), typeof(WireEnumConverter<RequestPhase>), typeof(WireEnumConverter<ImageStatus>)])]
[JsonSerializable(typeof(WebhookPayload))]
public sealed partial class WebhookPayloadJson : JsonSerializerContext;
