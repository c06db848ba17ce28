using System.Collections.Immutable;
using Actors.Blobs;
using Actors.Jobs;
using Actors.Models;
using Actors.Webhooks;

namespace Actors.Generation;

/// <summary>A request as its user sees it (004).</summary>
internal sealed record TaskView
{
    /// <summary>Opaque id.</summary>
    public required string Id { get; init; }

    /// <summary>What to make.</summary>
    public required string Prompt { get; init; }

    /// <summary>Where it stands.</summary>
    public RequestStatus Status { get; init; }

    /// <summary>What it is about.</summary>
    public RequestPhase Phase { get; init; }

    /// <summary>The chosen image, 0 to 3.</summary>
    public int? SelectedImageIndex { get; init; }

    /// <summary>The images, by index.</summary>
    public required ImmutableArray<TaskImage> Images { get; init; }

    /// <summary>The model, once an image was chosen; null before, and after it was deleted.</summary>
    public Model? Model { get; init; }

    /// <summary>Where its events are told; null if nowhere.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>The model that it is made after, which may be gone; null for none.</summary>
    public string? RemixOf { get; init; }

    /// <summary>Counts the changes; the ETag.</summary>
    public long Version { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it changed last, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was over, UTC.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The request with URLs by which its pictures can be read for a while.</summary>
    public static async Task<TaskView> OfAsync(GenerationRequest request, IGrainFactory grains) => new()
    {
        Id = request.Id,
        Prompt = request.Prompt,
        Status = request.Status,
        Phase = request.Phase,
        SelectedImageIndex = request.SelectedImageIndex,
        Images = [.. await Task.WhenAll(request.Images.Select(image => TaskImage.OfAsync(image, grains)))],
        Model = request.Selection > 0 ? await grains.GetGrain<IModelGrain>(ModelIds.OfRequest(request.Id)).Find() : null,
        Webhook = request.Webhook,
        RemixOf = request.RemixOf,
        Version = request.Version,
        CreatedAt = request.CreatedAt,
        UpdatedAt = request.UpdatedAt,
        CompletedAt = request.CompletedAt,
    };
}

/// <summary>An image as its user sees it (004).</summary>
internal sealed record TaskImage
{
    /// <summary>Opaque id.</summary>
    public required string Id { get; init; }

    /// <summary>0 to 3.</summary>
    public int Index { get; init; }

    /// <summary>Answers GET, without a token, for a while; null before the picture is there.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>What was asked of the provider.</summary>
    public string? ImagePrompt { get; init; }

    /// <summary>Where it stands.</summary>
    public ImageStatus ImageStatus { get; init; }

    /// <summary>When it was there, UTC.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When it was given up, UTC.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why its last attempt failed.</summary>
    public string? ErrorMessage { get; init; }

    public static async Task<TaskImage> OfAsync(GeneratedImage image, IGrainFactory grains) => new()
    {
        Id = image.Id,
        Index = image.Index,
        ImageUrl = image.ImageFileId is { } file ? await UrlOfAsync(grains.GetGrain<IBlobGrain>(file)) : null,
        ImagePrompt = image.ImagePrompt,
        ImageStatus = image.ImageStatus,
        CompletedAt = image.CompletedAt,
        FailedAt = image.FailedAt,
        ErrorMessage = image.ErrorMessage,
    };

    // The user may have deleted the file; the request is there all the same.
    private static async Task<string?> UrlOfAsync(IBlobGrain file)
    {
        try
        {
            return (await file.Link(CancellationToken.None)).Url;
        }
        catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }
}

/// <summary>What is still to be made of a task, and how long that has to wait.</summary>
/// <param name="Images">Images that wait or are being made, by index.</param>
/// <param name="Model">The model; null if it is not waited for.</param>
internal sealed record TaskQueueView(ImmutableArray<ImageInQueue> Images, InQueue? Model)
{
    public static TaskQueueView Of(GenerationPlaces places) => new(
        [.. places.Images.Select(i => new ImageInQueue(i.Index, i.Place.Position, InQueue.Seconds(i.Place)))],
        places.Model is { } model ? new(model.Position, InQueue.Seconds(model)) : null);
}

/// <summary>Where an image stands in its queue.</summary>
/// <param name="Index">0 to 3.</param>
/// <param name="Position">Jobs that are likely to begin before it, and itself; 0 when it is being made.</param>
/// <param name="EtaSeconds">When it is likely to begin, from now; null if nothing is known yet.</param>
internal sealed record ImageInQueue(int Index, int Position, int? EtaSeconds);

/// <summary>Where a model stands in its queue.</summary>
/// <param name="Position">Jobs that are likely to begin before it, and itself; 0 when it is being made.</param>
/// <param name="EtaSeconds">When it is likely to begin, from now; null if nothing is known yet.</param>
internal sealed record InQueue(int Position, int? EtaSeconds)
{
    /// <summary>Whole seconds, rounded up.</summary>
    public static int? Seconds(QueuePlace place) => place.Eta is { } eta ? (int)Math.Min(int.MaxValue, Math.Ceiling(eta.TotalSeconds)) : null;
}
