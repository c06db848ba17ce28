using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Actors.Blobs;
using Actors.Jobs;

namespace Actors.Generation;

/// <summary>Makes the image of a request and stores it as a file of its user; the job's result is the file's id.</summary>
internal sealed class ImageHandler(IImageProvider provider, WorkerFiles files) : IJobHandler
{
    public string Queue => GenerationQueues.Images;

    public async Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken)
    {
        var work = lease.Work(ImageWorkJson.Default.ImageWork);
        await report(0, provider.Name, null);
        var own = FilesOf(work, lease.Attempt);
        return await files.MakeAsync(
            own,
            async () =>
            {
                var picture = await provider.GenerateAsync(
                    work.Prompt, SeedOf(work), progress => report(progress, provider.Name, null), cancellationToken);
                var file = new NewFile(BlobPurpose.Image, picture.ContentType, $"{work.RequestId}-{work.Index}", picture.Bytes);
                return await files.StoreAsync(own, 0, file, cancellationToken);
            },
            cancellationToken);
    }

    public Task DiscardAsync(JobLease lease) => files.DiscardAsync(FilesOf(lease.Work(ImageWorkJson.Default.ImageWork), lease.Attempt));

    private static AttemptFiles FilesOf(ImageWork work, int attempt) => new("generated-image", work.ImageId, work.UserId, attempt, Most: 1);

    private static ulong SeedOf(ImageWork work) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{work.RequestId}\n{work.Index}")));
}
