using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Blobs;

/// <summary>Announces a file that is to be uploaded.</summary>
internal sealed record UploadRequest
{
    /// <summary>What it is for.</summary>
    [Required]
    public BlobPurpose? Purpose { get; init; }

    /// <summary>Its media type, without parameters.</summary>
    [Required]
    public string? ContentType { get; init; }

    /// <summary>Its bytes.</summary>
    [Required]
    public long? Size { get; init; }

    /// <summary>Its SHA-256 in hex; absent if it is not to be checked.</summary>
    public string? Sha256 { get; init; }

    /// <summary>What the user calls it.</summary>
    public string? FileName { get; init; }

    public ReserveBlob ToCommand() => new()
    {
        Purpose = Required(Purpose, "purpose"),
        ContentType = Required(ContentType, "contentType"),
        Size = Required(Size, "size"),
        Sha256 = Sha256,
        FileName = FileName,
    };
}

/// <summary>How to upload the file.</summary>
/// <param name="Id">The file's id.</param>
/// <param name="UploadUrl">Where to send its bytes; absolute, or relative to this server's root. Needs no token.</param>
/// <param name="Method">By which method.</param>
/// <param name="Headers">With which headers.</param>
/// <param name="ExpiresAt">Until when; it must be completed then, too.</param>
internal sealed record UploadView(string Id, string UploadUrl, string Method, ImmutableSortedDictionary<string, string> Headers, DateTimeOffset ExpiresAt)
{
    public static UploadView Of(UploadTicket ticket, HttpContext context) => new(
        ticket.Blob.Id, FileView.At(ticket.Url, context), HttpMethods.Put, ticket.Headers, ticket.ExpiresAt);
}

/// <summary>Asks how to upload parts of the file.</summary>
internal sealed record PartsRequest
{
    /// <summary>Which, from 1 on; at most 100 at once.</summary>
    [Required]
    public ImmutableArray<int>? Numbers { get; init; }

    public ImmutableArray<int> ToNumbers() => Required(Numbers, "numbers");
}

/// <summary>How to upload parts of the file.</summary>
/// <param name="Parts">Those that were asked for.</param>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="PartCount">How many parts the file has.</param>
/// <param name="ExpiresAt">Until when; the upload must be completed then, too.</param>
internal sealed record PartsView(ImmutableArray<PartView> Parts, long PartSize, int PartCount, DateTimeOffset ExpiresAt)
{
    public static PartsView Of(PartTickets tickets, HttpContext context) => new(
        [.. tickets.Parts.Select(part => new PartView(part.Number, part.Size, FileView.At(part.Url, context), HttpMethods.Put, part.Headers))],
        tickets.PartSize,
        tickets.PartCount,
        tickets.ExpiresAt);
}

/// <summary>How to upload one part.</summary>
/// <param name="Number">Which.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="UploadUrl">Where to send them, again if need be; absolute, or relative to this server's root. Needs no token.</param>
/// <param name="Method">By which method.</param>
/// <param name="Headers">With which headers.</param>
internal sealed record PartView(int Number, long Size, string UploadUrl, string Method, ImmutableSortedDictionary<string, string> Headers);

/// <summary>A stored file.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Answers a GET without a token, for a while; absolute, or relative to this server's root.</param>
/// <param name="UrlExpiresAt">How long; <c>GET /api/v1/files/{id}</c> leads to a new one.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Sha256">Their SHA-256 in hex.</param>
/// <param name="FileName">What the user calls it.</param>
/// <param name="CreatedAt">When it was announced.</param>
internal sealed record FileView(
    string Id,
    string Url,
    DateTimeOffset UrlExpiresAt,
    BlobPurpose Purpose,
    string ContentType,
    long Size,
    string Sha256,
    string? FileName,
    DateTimeOffset CreatedAt)
{
    public static FileView Of(BlobLink link, HttpContext context) => new(
        link.Blob.Id,
        At(link.Url, context),
        link.ExpiresAt,
        link.Blob.Purpose,
        link.Blob.ContentType,
        link.Blob.Size,
        link.Blob.Sha256!,
        link.Blob.FileName,
        link.Blob.CreatedAt);

    /// <summary>The URL as clients of this request reach it.</summary>
    public static string At(string url, HttpContext context) => url.StartsWith('/') ? context.Request.PathBase + url : url;
}
