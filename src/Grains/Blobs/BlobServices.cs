using Microsoft.Extensions.Options;

namespace Actors.Blobs;

/// <summary>What the grains of blobs work with.</summary>
/// <param name="options">Limits.</param>
/// <param name="viewers">Who else may read a blob.</param>
/// <param name="store">The bytes; null where no store is configured.</param>
internal sealed class BlobServices(IOptions<UploadOptions> options, IEnumerable<IBlobViewers> viewers, IBlobStore? store = null) : IDisposable
{
    private const int ChecksAtOnce = 4;

    private readonly SemaphoreSlim _checks = new(ChecksAtOnce);

    public UploadOptions Options => options.Value;

    /// <summary>Whether there is a store.</summary>
    public bool HasStore => store is not null;

    /// <summary>The bytes; throws 503 where no store is configured.</summary>
    public IBlobStore Store => store ?? throw new AppException(
        ErrorKind.Unavailable, "FILES_NOT_CONFIGURED", "This system has no store of files: its silos need Blobs:S3.");

    /// <summary>Whether a feature lets the caller read the blob.</summary>
    public async Task<bool> MayReadAsync(Blob blob, Caller caller, CancellationToken cancellationToken)
    {
        foreach (var one in viewers)
        {
            if (await one.MayReadAsync(blob, caller, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Reads uploaded bytes, outside of the grain; a few at a time, for each reads as fast as it can. If there is a put in parts and nothing else was put, it
    /// is completed before; 409 <c>UPLOAD_MISSING</c> if parts are missing. May be repeated, whatever became of it the last time.
    /// </summary>
    public Task<CheckedBytes?> CheckAsync(Blob blob, string? partsId) => Task.Run(async () =>
    {
        await _checks.WaitAsync();
        try
        {
            if (partsId is not null)
            {
                await JoinAsync(blob, partsId);
            }

            return await CheckedBytes.ReadAsync(Store, blob.Key, blob.Size, CancellationToken.None);
        }
        finally
        {
            _checks.Release();
        }
    });

    public void Dispose() => _checks.Dispose();

    private async Task JoinAsync(Blob blob, string partsId)
    {
        if (await IsThereAsync())
        {
            // Done before, or by the URL of the ticket: what came first stays.
            await Store.AbortPartsAsync(blob.Key, partsId, CancellationToken.None);
            return;
        }

        if (BlobRules.MissingParts(blob, await Store.ListPartsAsync(blob.Key, partsId, CancellationToken.None)) is { } missing)
        {
            if (!await IsThereAsync())
            {
                throw missing;
            }

            return; // somebody else was faster
        }

        var status = await Store.CompletePartsAsync(blob.Key, partsId, new ExpectedBlob(blob.ContentType, blob.Size), CancellationToken.None);
        if (status != BlobPutStatus.Stored && !await IsThereAsync())
        {
            throw Errors.Unavailable("The parts could not be joined at the moment; complete the upload again.");
        }

        async Task<bool> IsThereAsync() => await Store.HeadAsync(blob.Key, CancellationToken.None) is not null;
    }
}
