using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Actors.Jobs;
using Actors.Webhooks;

namespace Actors.Generation;

/// <summary>Where a request stands (004 <c>RequestStatus</c>).</summary>
[UpperSnake]
public enum RequestStatus
{
    /// <summary>No image has begun.</summary>
    ImagePending = 0,

    /// <summary>Images are being made.</summary>
    ImageGenerating = 1,

    /// <summary>At least one image is there and none is being made: one can be chosen.</summary>
    ImageCompleted = 2,

    /// <summary>No image could be made; each can be tried again.</summary>
    ImageFailed = 3,

    /// <summary>The model has not begun.</summary>
    ModelPending = 4,

    /// <summary>The model is being made.</summary>
    ModelGenerating = 5,

    /// <summary>The model is stored; passed through on the way to <see cref="Completed"/>.</summary>
    ModelCompleted = 6,

    /// <summary>The model could not be made; it can be tried again, also from another image.</summary>
    ModelFailed = 7,

    /// <summary>Done.</summary>
    Completed = 8,

    /// <summary>Given up for good.</summary>
    Failed = 9,

    /// <summary>Not wanted any more.</summary>
    Cancelled = 10,
}

/// <summary>What a request is about at present (004 <c>RequestPhase</c>).</summary>
[UpperSnake]
public enum RequestPhase
{
    /// <summary>Images are being made.</summary>
    ImageGeneration = 0,

    /// <summary>The user is to choose an image.</summary>
    AwaitingSelection = 1,

    /// <summary>The model is being made.</summary>
    ModelGeneration = 2,

    /// <summary>Nothing is left to do.</summary>
    Completed = 3,
}

/// <summary>Where an image stands (004 <c>ImageStatus</c>).</summary>
[UpperSnake]
public enum ImageStatus
{
    /// <summary>Not begun.</summary>
    Pending = 0,

    /// <summary>Being made.</summary>
    Generating = 1,

    /// <summary>There.</summary>
    Completed = 2,

    /// <summary>Given up; it can be tried again.</summary>
    Failed = 3,
}

/// <summary>A request: a prompt, four images, and a model made from one of them.</summary>
[GenerateSerializer, Immutable, Alias("generation-request")]
public sealed record GenerationRequest
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(1)] public required string UserId { get; init; }

    /// <summary>What to make.</summary>
    [Id(2)] public required string Prompt { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(3)] public RequestStatus Status { get; init; }

    /// <summary>What it is about.</summary>
    [Id(4)] public RequestPhase Phase { get; init; }

    /// <summary>The chosen image, 0 to 3.</summary>
    [Id(5)] public int? SelectedImageIndex { get; init; }

    /// <summary>The images, by index.</summary>
    [Id(6)] public ImmutableArray<GeneratedImage> Images { get; init; } = [];

    /// <summary>Counts the changes; the ETag.</summary>
    [Id(7)] public long Version { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    [Id(8)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it changed last, UTC.</summary>
    [Id(9)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was over, UTC.</summary>
    [Id(10)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The version in which the image was chosen last; 0 if none was.</summary>
    [Id(11)] public long Selection { get; init; }

    /// <summary>Where its events are told; null if nowhere.</summary>
    [Id(12)] public Webhook? Webhook { get; init; }

    /// <summary>The model that it is made after, which may be gone; null for none.</summary>
    [Id(13)] public string? RemixOf { get; init; }
}

/// <summary>Asks for images of a prompt.</summary>
/// <param name="Prompt">What to make; at most <see cref="GenerationLimits.Prompt"/> characters. Null for a remix: what the model was made of.</param>
/// <param name="Webhook">Where its events are to be told; null for nowhere.</param>
/// <param name="RemixOf">The model that it is made after: the caller's own, or a public one whose owner allows it. Null for none.</param>
[GenerateSerializer, Immutable, Alias("create-generation")]
public sealed record CreateGeneration([property: Id(0)] string? Prompt, [property: Id(1)] NewWebhook? Webhook = null, [property: Id(2)] string? RemixOf = null);

/// <summary>One of the images of a request.</summary>
[GenerateSerializer, Immutable, Alias("generated-image")]
public sealed record GeneratedImage
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>0 to 3.</summary>
    [Id(1)] public int Index { get; init; }

    /// <summary>Id of the picture's file; null before it is there.</summary>
    [Id(2)] public string? ImageFileId { get; init; }

    /// <summary>What was asked of the provider.</summary>
    [Id(3)] public string? ImagePrompt { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(4)] public ImageStatus ImageStatus { get; init; }

    /// <summary>When it was there, UTC.</summary>
    [Id(5)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When it was given up, UTC.</summary>
    [Id(6)] public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why its last attempt failed.</summary>
    [Id(7)] public string? ErrorMessage { get; init; }
}

/// <summary>Names of the queues.</summary>
public static class GenerationQueues
{
    /// <summary>Jobs of images; their work is an <see cref="ImageWork"/>.</summary>
    public const string Images = "image-generation";
}

/// <summary>What the worker of an image is to do; the job's result is the id of the picture's file.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="ImageId">The image.</param>
/// <param name="Index">0 to 3; with the request's id it seeds the picture.</param>
/// <param name="UserId">For whom.</param>
/// <param name="Prompt">What to make.</param>
public sealed record ImageWork(string RequestId, string ImageId, int Index, string UserId, string Prompt);

/// <summary>How work is written: camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageWork))]
public sealed partial class ImageWorkJson : JsonSerializerContext;

/// <summary>Where that stands in its queues what is still to be made of a request.</summary>
/// <param name="Images">Its images that are waited for, by index.</param>
/// <param name="Model">Its model; null if it is not waited for.</param>
[GenerateSerializer, Immutable, Alias("generation-places")]
public sealed record GenerationPlaces([property: Id(0)] ImmutableArray<ImagePlace> Images, [property: Id(1)] QueuePlace? Model);

/// <summary>Where an image stands in its queue.</summary>
/// <param name="Index">0 to 3.</param>
/// <param name="Place">Where.</param>
[GenerateSerializer, Immutable, Alias("image-place")]
public sealed record ImagePlace([property: Id(0)] int Index, [property: Id(1)] QueuePlace Place);

/// <summary>A request in a list.</summary>
[GenerateSerializer, Immutable, Alias("generation-summary")]
public sealed record GenerationSummary
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>What to make.</summary>
    [Id(1)] public required string Prompt { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(2)] public RequestStatus Status { get; init; }

    /// <summary>What it is about.</summary>
    [Id(3)] public RequestPhase Phase { get; init; }

    /// <summary>The chosen image, 0 to 3.</summary>
    [Id(4)] public int? SelectedImageIndex { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    [Id(5)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it changed last, UTC.</summary>
    [Id(6)] public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Asks for the caller's requests, the newest first.</summary>
[GenerateSerializer, Immutable, Alias("list-generations")]
public sealed record ListGenerations
{
    /// <summary>Only of this status.</summary>
    [Id(0)] public RequestStatus? Status { get; init; }

    /// <summary>Where the page before ended.</summary>
    [Id(1)] public string? Cursor { get; init; }

    /// <summary>Most rows, 1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(2)] public int Limit { get; init; } = PageLimits.DefaultSize;
}

/// <summary>Limits of generation requests.</summary>
public static class GenerationLimits
{
    /// <summary>Images of a request (004).</summary>
    public const int Images = 4;

    /// <summary>Characters of a prompt.</summary>
    public const int Prompt = 2_000;
}
