namespace Actors.Blobs;

/// <summary>The side of a blob that is turned to the sweep, which calls as <see cref="Caller.System"/>. Key: the blob's id.</summary>
internal interface IBlobUpkeep : IGrainWithStringKey
{
    /// <summary>Ends a ticket whose time is over.</summary>
    [Alias("expire")]
    Task Expire();

    /// <summary>Deletes a blob whose owner is gone.</summary>
    [Alias("remove")]
    Task Remove();

    /// <summary>Gives the quota back that a blob took which never came to be.</summary>
    [Alias("settle")]
    Task Settle(string ownerId);

    /// <summary>Forgets a blob that was deleted long ago; its bytes go before, if any are left.</summary>
    [Alias("forget")]
    Task Forget();
}

/// <summary>
/// What one user keeps, or has announced. Key: the user's id. Each blob counts once, however often it is reserved, until it is released.
/// </summary>
internal interface IBlobQuotaGrain : IGrainWithStringKey
{
    /// <summary>Counts a blob. 422 <c>QUOTA_EXCEEDED</c>.</summary>
    [Alias("reserve")]
    Task Reserve(string blobId, long size);

    /// <summary>Counts a blob no more; none is not an error.</summary>
    [Alias("release")]
    Task Release(string blobId);
}

/// <summary>Tidies up behind uploads; one for the whole cluster. Called again and again as <see cref="Caller.System"/>.</summary>
public interface IBlobSweepGrain : IGrainWithIntegerKey
{
    /// <summary>One round of bounded length.</summary>
    [Alias("sweep")]
    Task<BlobSweep> Sweep();
}

/// <summary>What a round found.</summary>
/// <param name="Expired">Tickets that ended.</param>
/// <param name="Removed">Blobs of users who deleted their accounts.</param>
/// <param name="Forgotten">Rows of blobs deleted long ago.</param>
/// <param name="Settled">Reservations of blobs that never came to be.</param>
/// <param name="Orphans">Blobs in the store that no row knew.</param>
/// <param name="Unfinished">Puts that never came to an end.</param>
[GenerateSerializer, Immutable, Alias("blob-sweep")]
public sealed record BlobSweep(
    [property: Id(0)] int Expired,
    [property: Id(1)] int Removed,
    [property: Id(2)] int Forgotten,
    [property: Id(3)] int Settled,
    [property: Id(4)] int Orphans,
    [property: Id(5)] int Unfinished);
