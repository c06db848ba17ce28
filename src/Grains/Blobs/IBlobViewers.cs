namespace Actors.Blobs;

/// <summary>
/// A feature that shows blobs to others than their owners, e.g. those who see the chat that a picture was sent to. Registered in the silo by the
/// feature; it is asked after the owner's own right, and lets in or has nothing to say.
/// </summary>
public interface IBlobViewers
{
    /// <summary>Whether the caller may read the blob.</summary>
    Task<bool> MayReadAsync(Blob blob, Caller caller, CancellationToken cancellationToken);
}
