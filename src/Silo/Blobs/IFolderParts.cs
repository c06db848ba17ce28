namespace Actors.Blobs;

/// <summary>The side of a folder of blobs that is turned to signed URLs of parts: object stores take those by themselves.</summary>
public interface IFolderParts
{
    /// <summary>
    /// Stores one part of a put that was begun, whole or not at all; if it is there already, it is replaced. <see cref="BlobPutStatus.Missing"/> if the put
    /// is completed or given up. Durable once it returns.
    /// </summary>
    Task<BlobPut> PutPartAsync(SignedPart part, Stream content, CancellationToken cancellationToken);
}
