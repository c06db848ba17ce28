using System.Text.Json.Serialization;

namespace Actors.Blobs;

/// <summary>Kinds of change events on the topic <c>blobs/{id}</c>, whose audience is the owner.</summary>
public static class BlobEvents
{
    /// <summary>The topic of a blob's events.</summary>
    public static string Topic(string blobId) => $"blobs/{blobId}";

    /// <summary>Data: <see cref="BlobChanged"/>.</summary>
    public const string Reserved = "blob.reserved";

    /// <summary>Its bytes may come in parts from now on. Data: <see cref="BlobChanged"/>.</summary>
    public const string PartsBegun = "blob.parts-begun";

    /// <summary>Data: <see cref="BlobChanged"/>.</summary>
    public const string Stored = "blob.stored";

    /// <summary>Data: <see cref="BlobEnded"/>.</summary>
    public const string Deleted = "blob.deleted";

    /// <summary>The row went too, a while after the blob. Data: <see cref="BlobEnded"/>.</summary>
    public const string Forgotten = "blob.forgotten";
}

/// <summary>A blob was announced, or stored, or is on its way.</summary>
/// <param name="Purpose">What it is for.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Size">Its bytes.</param>
public sealed record BlobChanged(string Purpose, string ContentType, long Size);

/// <summary>A blob went.</summary>
/// <param name="Reason">Code of the refusal that ended it; null if somebody deleted it.</param>
public sealed record BlobEnded(string? Reason);

/// <summary>How the events' data is written: camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BlobChanged))]
[JsonSerializable(typeof(BlobEnded))]
public sealed partial class BlobEventsJson : JsonSerializerContext;
