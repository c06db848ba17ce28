using System.Collections.Immutable;

namespace Actors.Blobs;

/// <summary>What a blob is for: decides which content types it may have and how large it may be.</summary>
public enum BlobPurpose
{
    /// <summary>A picture.</summary>
    Image = 0,

    /// <summary>A 3D model.</summary>
    Model = 1,

    /// <summary>Something sent along in a chat, or read by OCR: pictures, documents, tables.</summary>
    Attachment = 2,

    /// <summary>Audio, pictures and video of a diary.</summary>
    Media = 3,
}

/// <summary>How far a blob is.</summary>
public enum BlobStatus
{
    /// <summary>Announced: its bytes may be uploaded until the ticket ends.</summary>
    Pending = 0,

    /// <summary>Uploaded, checked, and never changed again.</summary>
    Stored = 1,

    /// <summary>Gone, or on its way.</summary>
    Deleted = 2,
}

/// <summary>Bytes of a user, in the store of files.</summary>
[GenerateSerializer, Immutable, Alias("blob")]
public sealed record Blob
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Where the bytes are in the store.</summary>
    [Id(1)] public required string Key { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(2)] public required string OwnerId { get; init; }

    /// <summary>What it is for.</summary>
    [Id(3)] public BlobPurpose Purpose { get; init; }

    /// <summary>Its media type; of a stored blob, one that its first bytes do not contradict.</summary>
    [Id(4)] public required string ContentType { get; init; }

    /// <summary>Its bytes.</summary>
    [Id(5)] public long Size { get; init; }

    /// <summary>SHA-256 in lower-case hex. Before it is stored: as the user said, or null.</summary>
    [Id(6)] public string? Sha256 { get; init; }

    /// <summary>As the user calls it; null for nothing.</summary>
    [Id(7)] public string? FileName { get; init; }

    /// <summary>How far it is.</summary>
    [Id(8)] public BlobStatus Status { get; init; }

    /// <summary>When it was announced, UTC.</summary>
    [Id(9)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its ticket ends, UTC; null once it is stored.</summary>
    [Id(10)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was checked and stored, UTC.</summary>
    [Id(11)] public DateTimeOffset? StoredAt { get; init; }
}

/// <summary>Announces bytes.</summary>
[GenerateSerializer, Immutable, Alias("reserve-blob")]
public sealed record ReserveBlob
{
    /// <summary>What they are for.</summary>
    [Id(0)] public BlobPurpose Purpose { get; init; }

    /// <summary>Their media type, without parameters.</summary>
    [Id(1)] public required string ContentType { get; init; }

    /// <summary>How many there are.</summary>
    [Id(2)] public long Size { get; init; }

    /// <summary>Their SHA-256 in hex, if it is to be checked.</summary>
    [Id(3)] public string? Sha256 { get; init; }

    /// <summary>What the user calls them; at most <see cref="BlobLimits.FileName"/> characters.</summary>
    [Id(4)] public string? FileName { get; init; }

    /// <summary>Whose they are, if the system announces them; null for the caller's own.</summary>
    [Id(5)] public string? OwnerId { get; init; }
}

/// <summary>How to upload announced bytes.</summary>
/// <param name="Blob">What was announced.</param>
/// <param name="Url">Where to send them by PUT; absolute, or relative to the root of the API. Needs no token.</param>
/// <param name="Headers">The headers to send with them.</param>
/// <param name="ExpiresAt">When the ticket ends.</param>
[GenerateSerializer, Immutable, Alias("upload-ticket")]
public sealed record UploadTicket(
    [property: Id(0)] Blob Blob,
    [property: Id(1)] string Url,
    [property: Id(2)] ImmutableSortedDictionary<string, string> Headers,
    [property: Id(3)] DateTimeOffset ExpiresAt);

/// <summary>How to upload announced bytes part by part.</summary>
/// <param name="Parts">Those that were asked for, in that order.</param>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="PartCount">How many parts there are to be.</param>
/// <param name="ExpiresAt">When the ticket ends.</param>
[GenerateSerializer, Immutable, Alias("part-tickets")]
public sealed record PartTickets(
    [property: Id(0)] ImmutableArray<PartTicket> Parts,
    [property: Id(1)] long PartSize,
    [property: Id(2)] int PartCount,
    [property: Id(3)] DateTimeOffset ExpiresAt);

/// <summary>How to upload one part.</summary>
/// <param name="Number">Which, from 1 on.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Url">Where to send them by PUT, as often as need be: the last whole one counts. As <see cref="UploadTicket.Url"/>.</param>
/// <param name="Headers">The headers to send with them.</param>
[GenerateSerializer, Immutable, Alias("part-ticket")]
public sealed record PartTicket(
    [property: Id(0)] int Number,
    [property: Id(1)] long Size,
    [property: Id(2)] string Url,
    [property: Id(3)] ImmutableSortedDictionary<string, string> Headers);

/// <summary>How far an upload in parts is.</summary>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="PartCount">How many parts there are to be.</param>
/// <param name="Received">Those that are there, by number.</param>
/// <param name="ExpiresAt">When the ticket ends.</param>
[GenerateSerializer, Immutable, Alias("upload-parts")]
public sealed record UploadParts(
    [property: Id(0)] long PartSize,
    [property: Id(1)] int PartCount,
    [property: Id(2)] ImmutableArray<BlobPart> Received,
    [property: Id(3)] DateTimeOffset ExpiresAt);

/// <summary>A part that is there.</summary>
/// <param name="Number">Which, from 1 on.</param>
/// <param name="Size">Its bytes.</param>
[GenerateSerializer, Immutable, Alias("blob-part")]
public sealed record BlobPart([property: Id(0)] int Number, [property: Id(1)] long Size);

/// <summary>How to read a stored blob.</summary>
/// <param name="Blob">Which.</param>
/// <param name="Url">Answers GET, whole or by ranges, for whoever has it; absolute, or relative to the root of the API.</param>
/// <param name="ExpiresAt">When the URL ends.</param>
[GenerateSerializer, Immutable, Alias("blob-link")]
public sealed record BlobLink([property: Id(0)] Blob Blob, [property: Id(1)] string Url, [property: Id(2)] DateTimeOffset ExpiresAt);
