using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Actors.Blobs;

/// <summary>
/// Blobs in a folder, for a system in one process. A blob is a folder of its own, named by its key, with the files <c>content</c> and
/// <c>about.json</c>. It is written as a draft and gets its name in one step, which fails if the name is taken.
/// A put in parts is a draft with a file for each part that arrived.
/// </summary>
/// <param name="root">The folder, as a full path.</param>
/// <param name="urls">Signs its URLs.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of a disk that fails.</param>
internal sealed partial class FolderBlobStore(string root, FolderUrls urls, TimeProvider time, ILogger<FolderBlobStore> logger)
    : IBlobStore, IFolderParts
{
    private const string Content = "content";
    private const string About = "about.json";
    private const int BufferBytes = 128 * 1024;

    // No key begins with a dot.
    private readonly string _drafts = Path.Combine(root, ".drafts");

    public async Task<BlobPut> PutAsync(string key, Stream content, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        var place = PathOf(key);
        if (Directory.Exists(place))
        {
            return new(BlobPutStatus.Exists);
        }

        return await WithDraftAsync(async draft =>
        {
            var put = await WriteAsync(Path.Combine(draft, Content), content, expected, cancellationToken);
            if (put.Status != BlobPutStatus.Stored)
            {
                return put;
            }

            return await OnDiskAsync(() => PublishAsync(draft, place, new AboutBlob(expected.ContentType, put.Sha256!)))
                ? put
                : new(BlobPutStatus.Exists);
        });
    }

    public async Task<BlobContent?> GetAsync(string key, long from, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var place = PathOf(key);
        try
        {
            var about = await ReadAboutAsync(place, cancellationToken);
            var file = new FileStream(
                Path.Combine(place, Content), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
            var blob = Describe(key, about, file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));
            file.Position = Math.Min(from, file.Length);
            return new(blob, length is { } most ? new FirstBytes(file, most) : file);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public async Task<StoredBlob?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var place = PathOf(key);
        try
        {
            var about = await ReadAboutAsync(place, cancellationToken);
            var file = new FileInfo(Path.Combine(place, Content));
            return Describe(key, about, file.Length, file.LastWriteTimeUtc);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // First it has no name any more, in one step; then its files go.
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var place = PathOf(key);
        var gone = NewDraft();
        try
        {
            Directory.Move(place, gone);
            DurableFolder.Sync(Path.GetDirectoryName(place)!);
            Directory.Delete(gone, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There was none, or somebody else deletes it.
        }

        return Task.CompletedTask;
    }

    public async Task<BlobCopy> CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        var place = PathOf(to);
        await using var source = await GetAsync(from, 0, length: null, cancellationToken);
        if (source is null)
        {
            return BlobCopy.Missing;
        }

        var put = await PutAsync(to, source.Bytes, new ExpectedBlob(source.Blob.ContentType, source.Blob.Size), cancellationToken);
        return put.Status switch
        {
            BlobPutStatus.Stored => BlobCopy.Copied,
            BlobPutStatus.Exists => BlobCopy.Exists,
            _ => throw new IOException($"The copy to {place} is not like its source."),
        };
    }

    public Task<BlobList> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        BlobLists.Check(prefix, limit);
        var blobs = ImmutableArray.CreateBuilder<ListedBlob>();
        foreach (var key in FolderKeys.List(root, prefix, after))
        {
            if (blobs.Count == limit)
            {
                return Task.FromResult(new BlobList(blobs.ToImmutable(), blobs[^1].Key));
            }

            var file = new FileInfo(Path.Combine(PathOf(key), Content));
            if (file.Exists)
            {
                blobs.Add(new(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)));
            }
        }

        return Task.FromResult(new BlobList(blobs.DrainToImmutable(), After: null));
    }

    public Task<int> DropUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var dropped = 0;
        foreach (var draft in Directory.Exists(_drafts) ? Directory.EnumerateDirectories(_drafts) : [])
        {
            if (Directory.GetLastWriteTimeUtc(draft) < before.UtcDateTime)
            {
                Drop(draft);
                dropped++;
            }
        }

        return Task.FromResult(dropped);
    }

    public string SignGet(string key, TimeSpan lifetime, string? disposition) =>
        urls.SignGet(key, time.GetUtcNow() + lifetime, disposition);

    public SignedPut SignPut(string key, ExpectedBlob expected, TimeSpan lifetime) => new(
        urls.SignPut(key, time.GetUtcNow() + lifetime, expected),
        ImmutableSortedDictionary<string, string>.Empty.Add("Content-Type", expected.ContentType));

    private string PathOf(string key)
    {
        BlobKeys.Check(key);
        return Path.Combine(root, key); // every system takes / between folders
    }

    private string NewDraft()
    {
        Directory.CreateDirectory(_drafts);
        return Path.Combine(_drafts, Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));
    }

    private async Task<BlobPut> WithDraftAsync(Func<string, Task<BlobPut>> write)
    {
        var draft = NewDraft();
        Directory.CreateDirectory(draft);
        try
        {
            return await write(draft);
        }
        finally
        {
            Drop(draft);
        }
    }

    private async Task<BlobPut> WriteAsync(string path, Stream content, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        using var meter = new BlobMeter(expected);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (int read; !meter.IsTooLarge && (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                meter.Add(buffer.AsSpan(0, read));
                await OnDiskAsync(async () =>
                {
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    return true;
                });
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var put = meter.Judge();
        if (put.Status == BlobPutStatus.Stored)
        {
            await OnDiskAsync(() =>
            {
                file.Flush(flushToDisk: true);
                return Task.FromResult(true);
            });
        }

        return put;
    }

    // A disk that is full is not a body that broke off.
    private async Task<T> OnDiskAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (IOException failure)
        {
            LogFailed(failure);
            throw Errors.Unavailable("The store of files cannot be written at the moment; try again.");
        }
    }

    private static async Task WriteAboutAsync(string draft, AboutBlob about)
    {
        await using var file = new FileStream(Path.Combine(draft, About), FileMode.CreateNew, FileAccess.Write);
        await JsonSerializer.SerializeAsync(file, about);
        file.Flush(flushToDisk: true);
    }

    private static async Task<AboutBlob> ReadAboutAsync(string place, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            Path.Combine(place, About), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.Asynchronous);
        return await JsonSerializer.DeserializeAsync<AboutBlob>(file, cancellationToken: cancellationToken)
            ?? throw new InvalidDataException($"{place} says nothing about its content.");
    }

    // The name comes last, when all of it is on the disk. A folder that is there and not empty is never replaced by a rename.
    private async Task<bool> PublishAsync(string draft, string place, AboutBlob about)
    {
        await WriteAboutAsync(draft, about);
        DurableFolder.Sync(draft);
        var month = Path.GetDirectoryName(place)!;
        DurableFolder.Create(month, root);
        try
        {
            Directory.Move(draft, place);
        }
        catch (IOException) when (Directory.Exists(place))
        {
            return false;
        }

        DurableFolder.Sync(month);
        return true;
    }

    private static void Drop(string draft)
    {
        try
        {
            Directory.Delete(draft, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It got its name, or somebody else dropped it.
        }
    }

    private static StoredBlob Describe(string key, AboutBlob about, long size, DateTime storedAt) =>
        new(key, size, about.ContentType, $"\"{about.Sha256}\"", new DateTimeOffset(storedAt));

    [LoggerMessage(LogLevel.Error, "The folder of files cannot be written")]
    private partial void LogFailed(Exception exception);

    private sealed record AboutBlob(string ContentType, string Sha256);
}
