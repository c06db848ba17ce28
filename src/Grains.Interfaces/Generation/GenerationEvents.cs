using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Actors.Generation;

/// <summary>Kinds of change events on the topic <c>tasks/{id}</c>, whose audience is the user.</summary>
public static class GenerationEvents
{
    /// <summary>What topics of requests begin with.</summary>
    public const string Namespace = "tasks";

    /// <summary>The topic of a request's events.</summary>
    public static string Topic(string requestId) => $"{Namespace}/{requestId}";

    /// <summary>Data: <see cref="RequestChanged"/>, as of every kind that does not say otherwise.</summary>
    public const string Created = "task.created";

    /// <summary>An image began, or is to be tried again.</summary>
    public const string ImageChanged = "image.changed";

    /// <summary>An image is there.</summary>
    public const string ImageCompleted = "image.completed";

    /// <summary>An image was given up.</summary>
    public const string ImageFailed = "image.failed";

    /// <summary>The user chose an image; the model is to be made of it.</summary>
    public const string ImageSelected = "image.selected";

    /// <summary>The model began, is further on, or was given up.</summary>
    public const string ModelChanged = "model.changed";

    /// <summary>The model is there: nothing is left to do.</summary>
    public const string Completed = "task.completed";

    /// <summary>Not wanted any more.</summary>
    public const string Cancelled = "task.cancelled";

    /// <summary>Gone. Data: <see cref="RequestDeleted"/>.</summary>
    public const string Deleted = "task.deleted";
}

/// <summary>How the request stands after the change.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Phase">What it is about.</param>
/// <param name="SelectedImageIndex">The chosen image.</param>
/// <param name="Index">The image that the change is about.</param>
/// <param name="ImageStatus">Where that one stands.</param>
/// <param name="ErrorMessage">Why the last attempt of the image, or of the model, failed.</param>
/// <param name="ModelProgress">How far the model is, in percent.</param>
public sealed record RequestChanged(
    RequestStatus Status,
    RequestPhase Phase,
    int? SelectedImageIndex,
    int? Index = null,
    ImageStatus? ImageStatus = null,
    string? ErrorMessage = null,
    int? ModelProgress = null);

/// <summary>A request went.</summary>
/// <param name="Files">Pictures that belonged to it, and go too.</param>
public sealed record RequestDeleted(ImmutableArray<string> Files);

/// <summary>How the events' data is written: camelCase names, no nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WireEnumConverter<RequestStatus>), typeof(WireEnumConverter<RequestPhase>), typeof(WireEnumConverter<ImageStatus>)])]
[JsonSerializable(typeof(RequestChanged))]
[JsonSerializable(typeof(RequestDeleted))]
public sealed partial class GenerationEventsJson : JsonSerializerContext;
