namespace Actors.Blobs;

/// <summary>What uploaded bytes are.</summary>
/// <param name="Size">How many.</param>
/// <param name="ContentType">As they were put.</param>
/// <param name="Sha256">Their hash in lower-case hex; null if they are not as many as expected, so that nobody read them.</param>
/// <param name="Head">The first of them.</param>
internal sealed record CheckedBytes(long Size, string ContentType, string? Sha256, ReadOnlyMemory<byte> Head)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Reads a blob to its end; null if there is none.</summary>
    public static async Task<CheckedBytes?> ReadAsync(IBlobStore store, string key, long expectedSize, CancellationToken cancellationToken)
    {
        await using var content = await store.GetAsync(key, 0, length: null, cancellationToken);
        if (content is not { Blob: { } blob })
        {
            return null;
        }

        if (blob.Size != expectedSize)
        {
            return new(blob.Size, blob.ContentType, Sha256: null, Head: default);
        }

        using var meter = new BlobMeter(new ExpectedBlob(blob.ContentType));
        var head = ReadOnlyMemory<byte>.Empty;
        var buffer = new byte[(int)Math.Clamp(expectedSize, ContentTypes.HeadBytes, BufferBytes)];
        for (int read; (read = await content.Bytes.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0;)
        {
            if (meter.Size == 0)
            {
                head = buffer.AsMemory(0, Math.Min(read, ContentTypes.HeadBytes)).ToArray();
            }

            meter.Add(buffer.AsSpan(0, read));
        }

        return new(meter.Size, blob.ContentType, meter.Judge().Sha256, head);
    }
}
