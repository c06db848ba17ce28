using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Actors.Blobs;

/// <summary>
/// One blob. Key: its id. Its bytes never pass through the grain: it gives a ticket to upload them, and URLs to read them. For its owner and
/// administrators, and for reading whom a feature lets in (<c>IBlobViewers</c>); 404 <c>FILE_NOT_FOUND</c> for others. Durable once a method returns.
/// 503 <c>FILES_NOT_CONFIGURED</c> where there is no store of files.
/// </summary>
[Alias("blob-grain")]
public interface IBlobGrain : IGrainWithStringKey
{
    /// <summary>
    /// Announces bytes and counts them in their owner's quota. 422 <c>QUOTA_EXCEEDED</c>; 409 <c>UPLOAD_EXPIRED</c> for a repetition that comes too late.
    /// </summary>
    [Alias("reserve")]
    Task<UploadTicket> Reserve(ReserveBlob command);

    /// <summary>
    /// Tickets for parts of the announced bytes, instead of the one for all of them. 400 for numbers that are none, or twice, or more than
    /// <see cref="BlobLimits.PartsAtOnce"/>; 409 <c>UPLOAD_EXISTS</c> for what is stored, <c>UPLOAD_EXPIRED</c> after the ticket's end. May be repeated, and
    /// asked by two at once: all tickets are for the same upload.
    /// </summary>
    [Alias("sign-parts")]
    Task<PartTickets> SignParts(ImmutableArray<int> numbers);

    /// <summary>Which parts arrived, for whoever goes on with an upload that broke off. Refused as <see cref="SignParts"/>.</summary>
    [Alias("list-parts")]
    Task<UploadParts> ListParts();

    /// <summary>
    /// Says that the bytes are uploaded; they are checked now, and parts become one before. 409 <c>UPLOAD_MISSING</c> if they, or some parts, are not there
    /// (yet), <c>UPLOAD_EXPIRED</c> after the ticket's end. 422 <c>UPLOAD_SIZE_DIFFERS</c>, <c>UPLOAD_HASH_DIFFERS</c>, <c>UPLOAD_TYPE_DIFFERS</c>: then they are deleted, and the ticket is over.
    /// 503 <c>UPLOAD_BEING_CHECKED</c> if that takes longer: ask again. May be repeated.
    /// </summary>
    [Alias("complete")]
    Task<BlobLink> Complete();

    /// <summary>Deletes the blob, or gives the ticket back.</summary>
    [Alias("delete")]
    Task Delete();

    /// <summary>A URL to read a stored blob.</summary>
    [Alias("link"), AlwaysInterleave]
    Task<BlobLink> Link(CancellationToken cancellationToken);
}
