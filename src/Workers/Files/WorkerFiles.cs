using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Actors.Jobs;
using Microsoft.Extensions.Logging;

namespace Actors.Blobs;

/// <summary>
/// Files of users, as workers read and make them. What passes is tried again until the attempt's time is over; a refusal is a
/// <see cref="JobFailedException"/> that cannot pass, with the refusal's code.
/// </summary>
internal sealed partial class WorkerFiles(IBlobStore blobs, IGrainFactory grains, TimeProvider time, ILogger<WorkerFiles> logger)
{
    /// <summary>How long deleting may take when the attempt itself is over.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    /// <summary>Does what makes files: those that earlier attempts left are deleted first, and its own if it fails.</summary>
    public async Task<T> MakeAsync<T>(AttemptFiles files, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        foreach (var left in files.Left())
        {
            await DeleteAsync(left, cancellationToken);
        }

        try
        {
            return await work();
        }
        catch
        {
            await DiscardAsync(files);
            throw;
        }
    }

    /// <summary>Deletes the files of an attempt that counts for nothing. What cannot be deleted now is left to the next attempt.</summary>
    public async Task DiscardAsync(AttemptFiles files)
    {
        using var enough = new CancellationTokenSource(Farewell, time);
        try
        {
            foreach (var id in files.All())
            {
                await DeleteAsync(id, enough.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or AppException)
        {
            LogLeft(failure, files.Kind, files.SubjectId, files.Attempt);
        }
    }

    /// <summary>Stores bytes as a file of the user; its id.</summary>
    public async Task<string> StoreAsync(AttemptFiles files, int index, NewFile content, CancellationToken cancellationToken)
    {
        var id = files.IdOf(index);
        var file = grains.GetGrain<IBlobGrain>(id);
        try
        {
            var ticket = await RepeatAsync(() => ReserveAsync(file, id, files.OwnerId, content), cancellationToken);
            var status = await RepeatAsync(() => PutAsync(ticket.Blob, content.Bytes, cancellationToken), cancellationToken);
            if (status is not (BlobPutStatus.Stored or BlobPutStatus.Exists))
            {
                throw new JobFailedException(new JobFailure("NOT_STORED", $"A file could not be stored ({status})."));
            }

            await RepeatAsync(file.Complete, cancellationToken);
            return id;
        }
        catch (AppException refused)
        {
            throw Refused(refused);
        }
    }

    /// <summary>A stored file of the user.</summary>
    public async Task<Blob> FindAsync(string id, string ownerId, CancellationToken cancellationToken)
    {
        try
        {
            var link = await RepeatAsync(() => grains.GetGrain<IBlobGrain>(id).Link(cancellationToken), cancellationToken);
            return link.Blob.OwnerId == ownerId ? link.Blob : throw NotFound();
        }
        catch (AppException refused)
        {
            throw Refused(refused);
        }
    }

    /// <summary>The bytes of a file that was found; the caller has looked at its size.</summary>
    public async Task<byte[]> ReadAsync(Blob file, CancellationToken cancellationToken) => await RepeatAsync(
        async () =>
        {
            await using var content = await blobs.GetAsync(file.Key, from: 0, file.Size, cancellationToken);
            var bytes = new byte[content is null ? throw Refused(NotFound()) : file.Size];
            await content.Bytes.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        },
        cancellationToken);

    // The key lets a repetition find what an earlier call did whose answer was lost.
    private static async Task<UploadTicket> ReserveAsync(IBlobGrain file, string id, string ownerId, NewFile content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content.Bytes.Span));
        CommandKey.Current = new CommandKey { Value = id, RequestHash = hash };
        return await file.Reserve(new ReserveBlob
        {
            Purpose = content.Purpose,
            ContentType = content.ContentType,
            Size = content.Bytes.Length,
            Sha256 = hash,
            FileName = content.FileName,
            OwnerId = ownerId,
        });
    }

    private async Task<BlobPutStatus> PutAsync(Blob blob, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var bytes = MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
        return (await blobs.PutAsync(blob.Key, bytes, new ExpectedBlob(blob.ContentType, blob.Size), cancellationToken)).Status;
    }

    private Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) => RepeatAsync(
        async () =>
        {
            try
            {
                await grains.GetGrain<IBlobGrain>(id).Delete();
                return true;
            }
            catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
            {
                return false;
            }
        },
        cancellationToken);

    private Task<T> RepeatAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken) =>
        Repetition.UntilDoneAsync(action, time, cancellationToken);

    private static AppException NotFound() => new(ErrorKind.NotFound, "FILE_NOT_FOUND", "There is no such file.");

    private static JobFailedException Refused(AppException refusal) => new(new JobFailure(refusal.Code, refusal.Message, MayPass: false), refusal);

    [LoggerMessage(LogLevel.Warning, "Files of attempt {Attempt} of {Kind} {Subject} could not be deleted")]
    private partial void LogLeft(Exception exception, string kind, string subject, int attempt);
}
