using System.Collections.Immutable;
using System.Globalization;

namespace Actors.Blobs;

/// <content>Puts in parts: a folder among the drafts, with a file for each part that arrived, named by its number.</content>
internal sealed partial class FolderBlobStore
{
    public Task<string> BeginPartsAsync(string key, string contentType, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        return OnDiskAsync(() =>
        {
            var parts = NewDraft();
            DurableFolder.Create(parts, root);
            return Task.FromResult(Path.GetFileName(parts));
        });
    }

    // It is a draft of its own before, so that a part that breaks off is none.
    public async Task<BlobPut> PutPartAsync(SignedPart part, Stream content, CancellationToken cancellationToken)
    {
        var parts = PartsOf(part.Upload);
        if (!Directory.Exists(parts))
        {
            return new(BlobPutStatus.Missing);
        }

        return await WithDraftAsync(async draft =>
        {
            var written = Path.Combine(draft, Content);
            var put = await WriteAsync(written, content, new ExpectedBlob(ContentType: "", part.Size), cancellationToken);
            return put.Status == BlobPutStatus.Stored && !await OnDiskAsync(() => PlaceAsync(written, parts, part.Number))
                ? new(BlobPutStatus.Missing)
                : put;
        });
    }

    public Task<ImmutableArray<BlobPart>> ListPartsAsync(string key, string upload, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        try
        {
            return Task.FromResult(new DirectoryInfo(PartsOf(upload)).EnumerateFiles()
                .Select(file => new BlobPart(int.Parse(file.Name, CultureInfo.InvariantCulture), file.Length))
                .OrderBy(part => part.Number)
                .ToImmutableArray());
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(ImmutableArray<BlobPart>.Empty);
        }
    }

    // They are read once, to be hashed; written once more, so that no part that comes late can reach what has a name.
    public async Task<BlobPutStatus> CompletePartsAsync(string key, string upload, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        var parts = await ListPartsAsync(key, upload, cancellationToken);
        var files = parts.Select(part => Path.Combine(PartsOf(upload), part.Number.ToString(CultureInfo.InvariantCulture)));
        await using var content = new JoinedFiles(files);
        try
        {
            var put = await PutAsync(key, content, expected, cancellationToken);
            if (put.Status == BlobPutStatus.Stored)
            {
                await AbortPartsAsync(key, upload, cancellationToken);
            }

            return put.Status;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The parts went while they were read: somebody else completed them, or gave them up.
            return await HeadAsync(key, cancellationToken) is null ? BlobPutStatus.Missing : BlobPutStatus.Exists;
        }
    }

    // As a blob is deleted: nothing can be added to what has no name any more.
    public Task AbortPartsAsync(string key, string upload, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        var gone = NewDraft();
        try
        {
            Directory.Move(PartsOf(upload), gone);
            DurableFolder.Sync(_drafts);
            Directory.Delete(gone, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There were none, or somebody else drops them.
        }

        return Task.CompletedTask;
    }

    public SignedPut SignPutPart(string key, string upload, BlobPart part, TimeSpan lifetime) => new(
        urls.SignPutPart(key, time.GetUtcNow() + lifetime, new SignedPart(upload, part.Number, part.Size)), ImmutableSortedDictionary<string, string>.Empty);

    private string PartsOf(string upload) => Path.Combine(_drafts, upload);

    /// <summary>False if the parts went meanwhile.</summary>
    private static Task<bool> PlaceAsync(string written, string parts, int number)
    {
        try
        {
            File.Move(written, Path.Combine(parts, number.ToString(CultureInfo.InvariantCulture)), overwrite: true);
            DurableFolder.Sync(parts);
            return Task.FromResult(true);
        }
        catch (IOException) when (!Directory.Exists(parts))
        {
            return Task.FromResult(false);
        }
    }
}
