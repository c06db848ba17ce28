using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Actors.Blobs;
using Actors.Jobs;

namespace Actors.Generation;

/// <summary>Makes the image of a request and stores it as a file of its user; the job's result is the file's id.</summary>
internal sealed class ImageHandler(IImageProvider provider, IBlobStore blobs, IGrainFactory grains) : IJobHandler
{
    public string Queue => GenerationQueues.Images;

    public async Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken)
    {
        var work = JsonSerializer.Deserialize(lease.Work, ImageWorkJson.Default.ImageWork) ?? throw Failed("BAD_WORK", "The job says nothing.", mayPass: false);
        await report(0, provider.Name, null);
        var picture = await provider.GenerateAsync(
            work.Prompt, SeedOf(work), progress => report(progress, provider.Name, null), cancellationToken);
        return await StoreAsync(work, lease.Attempt, picture, cancellationToken);
    }

    // Each attempt has a file of its own; that of an attempt which was given up is swept with its ticket.
    private async Task<string> StoreAsync(ImageWork work, int attempt, Picture picture, CancellationToken cancellationToken)
    {
        var id = Ids.From("generated-image", work.ImageId, $"{attempt}");
        var file = grains.GetGrain<IBlobGrain>(id);
        try
        {
            var ticket = await file.Reserve(new ReserveBlob
            {
                Purpose = BlobPurpose.Image,
                ContentType = picture.ContentType,
                Size = picture.Bytes.Length,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(picture.Bytes)),
                FileName = $"{work.RequestId}-{work.Index}",
                OwnerId = work.UserId,
            });
            using var bytes = new MemoryStream(picture.Bytes, writable: false);
            var put = await blobs.PutAsync(
                ticket.Blob.Key, bytes, new ExpectedBlob(picture.ContentType, picture.Bytes.Length), cancellationToken);
            if (put.Status is not (BlobPutStatus.Stored or BlobPutStatus.Exists))
            {
                throw Failed("NOT_STORED", $"The picture could not be stored ({put.Status}).");
            }

            await file.Complete();
            return id;
        }
        catch (AppException refused) when (refused.Kind != ErrorKind.Unavailable)
        {
            throw Failed(refused.Code, refused.Message, mayPass: false);
        }
    }

    private static ulong SeedOf(ImageWork work) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{work.RequestId}\n{work.Index}")));

    private static JobFailedException Failed(string code, string message, bool mayPass = true) => new(new JobFailure(code, message, mayPass));
}
