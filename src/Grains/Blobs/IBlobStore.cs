using System.Collections.Immutable;

namespace Actors.Blobs;

/// <summary>
/// Keeps bytes under keys (<see cref="BlobKeys"/>): an object store, or a folder. What stands under a key never changes: it is put once,
/// whole or not at all, and may go. Durable once a method returns.
/// </summary>
/// <remarks>
/// Expected outcomes are values. A store that does not answer throws an <see cref="AppException"/> (503); a key that is none, an
/// <see cref="ArgumentException"/>.
/// </remarks>
public interface IBlobStore
{
    /// <summary>
    /// Stores a stream to its end, of whatever length, in constant memory. Size and hash are taken while it passes; what is not as expected
    /// leaves nothing behind. Never overwrites, also when two put the same key at once. Whoever repeats a put whose outcome he did not learn may
    /// find the key taken by himself.
    /// </summary>
    Task<BlobPut> PutAsync(string key, Stream content, ExpectedBlob expected, CancellationToken cancellationToken);

    /// <summary>Opens the bytes from an offset on; the caller disposes of them. Null if there is no such blob.</summary>
    /// <param name="key">Which.</param>
    /// <param name="from">The first byte. From the end on, there is nothing to read.</param>
    /// <param name="length">At most so many bytes; null: to the end.</param>
    /// <param name="cancellationToken">Stops opening them.</param>
    Task<BlobContent?> GetAsync(string key, long from, long? length, CancellationToken cancellationToken);

    /// <summary>What is known of a blob without its bytes; null if there is none.</summary>
    Task<StoredBlob?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; none is not an error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Copies a blob with its content type, without its bytes passing through here where the store can do that.</summary>
    Task<BlobCopy> CopyAsync(string from, string to, CancellationToken cancellationToken);

    /// <summary>Blobs in the ordinal order of their keys.</summary>
    /// <param name="prefix">What their keys begin with; may end anywhere, empty for all.</param>
    /// <param name="after">The key to go on after; null from the beginning.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Stops listing.</param>
    Task<BlobList> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Begins a put in parts, which many may send, in any order, each as often as need be. Until it is completed there is nothing under the key.
    /// </summary>
    /// <returns>Names the put. Durable, until it is completed or aborted, or <see cref="DropUnfinishedAsync"/> finds it too old.</returns>
    Task<string> BeginPartsAsync(string key, string contentType, CancellationToken cancellationToken);

    /// <summary>The parts that are there, whole, by number; none if there is no such put (any more).</summary>
    Task<ImmutableArray<BlobPart>> ListPartsAsync(string key, string upload, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the parts that are there one blob, in the order of their numbers; they are gone then. If that cannot be, they stay:
    /// <see cref="BlobPutStatus.Exists"/>, also when it was done before, and <see cref="BlobPutStatus.SizeDiffers"/> if they have not
    /// <see cref="ExpectedBlob.Size"/> bytes in all. Never overwrites.
    /// </summary>
    Task<BlobPutStatus> CompletePartsAsync(string key, string upload, ExpectedBlob expected, CancellationToken cancellationToken);

    /// <summary>Gives a put in parts up, with its parts; none is not an error. What cannot be dropped now, <see cref="DropUnfinishedAsync"/> finds.</summary>
    Task AbortPartsAsync(string key, string upload, CancellationToken cancellationToken);

    /// <summary>Drops what puts left behind that began before a time and never came to an end; how many there were.</summary>
    Task<int> DropUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>
    /// A URL by which whoever has it can read the blob for a while, by GET, whole or by ranges. Absolute, or relative to the root of our API.
    /// Whether the blob exists is not asked.
    /// </summary>
    /// <param name="key">Which.</param>
    /// <param name="lifetime">How long it holds.</param>
    /// <param name="disposition">The header <c>Content-Disposition</c> of the answer; null for none.</param>
    string SignGet(string key, TimeSpan lifetime, string? disposition);

    /// <summary>A URL by which whoever has it can put this one blob for a while. Never overwrites either.</summary>
    /// <param name="key">Which.</param>
    /// <param name="expected">Content type and <see cref="ExpectedBlob.Size"/> are held to while the bytes arrive; the hash only where the store can.</param>
    /// <param name="lifetime">How long it holds.</param>
    SignedPut SignPut(string key, ExpectedBlob expected, TimeSpan lifetime);

    /// <summary>A URL by which whoever has it can put this one part for a while, again and again: each time it is replaced, whole or not at all.</summary>
    /// <param name="key">Of which blob.</param>
    /// <param name="upload">Of which put in parts.</param>
    /// <param name="part">Which, and how many bytes; another number of bytes is refused.</param>
    /// <param name="lifetime">How long it holds.</param>
    SignedPut SignPutPart(string key, string upload, BlobPart part, TimeSpan lifetime);
}

/// <summary>What a put must turn out to be.</summary>
/// <param name="ContentType">Kept with the bytes.</param>
/// <param name="Size">How many bytes; null if that is not known before.</param>
/// <param name="Sha256">Their SHA-256 in lower-case hex; null if that is not known before.</param>
/// <param name="MaxSize">Most bytes that may come.</param>
public sealed record ExpectedBlob(string ContentType, long? Size = null, string? Sha256 = null, long MaxSize = BlobLimits.Size);

/// <summary>How a put ended.</summary>
public enum BlobPutStatus
{
    /// <summary>Durable.</summary>
    Stored,

    /// <summary>The key is taken.</summary>
    Exists,

    /// <summary>There are more bytes than may come.</summary>
    TooLarge,

    /// <summary>There are not as many bytes as expected.</summary>
    SizeDiffers,

    /// <summary>They are not the bytes expected.</summary>
    HashDiffers,

    /// <summary>There is nothing that they could be a part of.</summary>
    Missing,
}

/// <summary>How a put ended.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Size">Bytes read.</param>
/// <param name="Sha256">Their hash in lower-case hex, if it is stored.</param>
public readonly record struct BlobPut(BlobPutStatus Status, long Size = 0, string? Sha256 = null);

/// <summary>How a copy ended.</summary>
public enum BlobCopy
{
    /// <summary>Durable.</summary>
    Copied,

    /// <summary>There is nothing to copy.</summary>
    Missing,

    /// <summary>The target's key is taken.</summary>
    Exists,
}

/// <summary>What is known of a blob.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="ContentType">As it was put.</param>
/// <param name="ETag">Names its bytes, in quotes as in HTTP.</param>
/// <param name="StoredAt">When it was stored, by the store's clock.</param>
public sealed record StoredBlob(string Key, long Size, string ContentType, string ETag, DateTimeOffset StoredAt);

/// <summary>An open blob.</summary>
/// <param name="Blob">What is known of it; the size is that of the whole.</param>
/// <param name="Bytes">The bytes asked for. May be sought in if the store's stream can.</param>
public sealed record BlobContent(StoredBlob Blob, Stream Bytes) : IAsyncDisposable
{
    /// <inheritdoc />
    public ValueTask DisposeAsync() => Bytes.DisposeAsync();
}

/// <summary>A blob in a list.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="StoredAt">When it was stored, by the store's clock.</param>
public sealed record ListedBlob(string Key, long Size, DateTimeOffset StoredAt);

/// <summary>Some blobs.</summary>
/// <param name="Blobs">In the order of their keys.</param>
/// <param name="After">Gives those after these; null at the end.</param>
public sealed record BlobList(ImmutableArray<ListedBlob> Blobs, string? After);

/// <summary>How to put a blob: send the bytes by PUT with just these headers, as they are.</summary>
/// <param name="Url">Absolute, or relative to the root of our API.</param>
/// <param name="Headers">The headers, among them the content type.</param>
public sealed record SignedPut(string Url, ImmutableSortedDictionary<string, string> Headers);
