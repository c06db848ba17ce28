using System.Security.Cryptography;

namespace Actors.Blobs;

/// <summary>Counts and hashes bytes while they pass, and says whether they were the ones expected.</summary>
public sealed class BlobMeter(ExpectedBlob expected) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes so far.</summary>
    public long Size { get; private set; }

    /// <summary>Whether there are more than may come: then there is no need to read on.</summary>
    public bool IsTooLarge => Size > Math.Min(expected.MaxSize, expected.Size ?? long.MaxValue);

    /// <summary>The next bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Size += bytes.Length;
        _hash.AppendData(bytes);
    }

    /// <summary>What they turned out to be, at their end: <see cref="BlobPutStatus.Stored"/> if they may be stored.</summary>
    public BlobPut Judge()
    {
        if (Size > expected.MaxSize)
        {
            return new(BlobPutStatus.TooLarge, Size);
        }

        if (expected.Size is { } size && size != Size)
        {
            return new(BlobPutStatus.SizeDiffers, Size);
        }

        var sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        return expected.Sha256 is { } wanted && wanted != sha256
            ? new(BlobPutStatus.HashDiffers, Size)
            : new(BlobPutStatus.Stored, Size, sha256);
    }

    /// <inheritdoc />
    public void Dispose() => _hash.Dispose();
}
