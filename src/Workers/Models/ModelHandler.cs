using System.Collections.Immutable;
using System.Text.Json;
using Actors.Blobs;
using Actors.Generation;
using Actors.Jobs;

namespace Actors.Models;

/// <summary>Makes the model of an image and stores it, what it refers to, and a picture of it as files of its user; the result is a <see cref="MadeModel"/>.</summary>
internal sealed class ModelHandler(IModelProvider provider, WorkerFiles files) : IJobHandler
{
    private const int ProviderShare = 80;

    // In the order of their ids: the model, its picture, its parts.
    private const int ModelFile = 0;
    private const int PreviewFile = 1;
    private const int FirstPart = 2;

    public string Queue => ModelQueues.Generation;

    public async Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken)
    {
        var work = lease.Work(ModelWorkJson.Default.ModelWork);
        await report(0, provider.Name, null);
        var own = FilesOf(work, lease.Attempt);
        var made = await files.MakeAsync(
            own,
            async () =>
            {
                var picture = await ReadPictureAsync(work, cancellationToken);
                var model = await provider.GenerateAsync(
                    new(picture, work.Prompt, lease.ProviderJobId), (progress, id) => report(progress * ProviderShare / 100, provider.Name, id), cancellationToken);
                await report(ProviderShare, provider.Name, null);
                return await StoreAsync(own, model, cancellationToken);
            },
            cancellationToken);
        return JsonSerializer.Serialize(made, ModelWorkJson.Default.MadeModel);
    }

    public Task DiscardAsync(JobLease lease) => files.DiscardAsync(FilesOf(lease.Work(ModelWorkJson.Default.ModelWork), lease.Attempt));

    private async Task<Picture> ReadPictureAsync(ModelWork work, CancellationToken cancellationToken)
    {
        var file = await files.FindAsync(work.ImageFileId, work.UserId, cancellationToken);
        return file.Size <= Pictures.MaxBytes
            ? new Picture(await files.ReadAsync(file, cancellationToken), file.ContentType)
            : throw Pictures.TooLarge($"The picture has more than {Pictures.MaxBytes} bytes.");
    }

    private async Task<MadeModel> StoreAsync(AttemptFiles own, ProvidedModel model, CancellationToken cancellationToken)
    {
        var texture = model.Parts.FirstOrDefault(part => Pictures.IsType(part.ContentType))?.Bytes;
        var preview = MeshPreview.Draw(model.Mesh, texture, cancellationToken);
        var name = $"model.{WireName.Of(model.Format).ToLowerInvariant()}";
        var modelFile = await files.StoreAsync(
            own, ModelFile, new(BlobPurpose.Model, ModelContent.TypeOf(model.Format), name, model.Bytes), cancellationToken);
        var previewFile = await files.StoreAsync(own, PreviewFile, ModelContent.Preview(preview), cancellationToken);
        var parts = ImmutableArray.CreateBuilder<ModelPart>(model.Parts.Length);
        foreach (var (index, part) in model.Parts.Index())
        {
            var purpose = Pictures.IsType(part.ContentType) ? BlobPurpose.Image : BlobPurpose.Model;
            var id = await files.StoreAsync(own, FirstPart + index, new(purpose, part.ContentType, part.Name, part.Bytes), cancellationToken);
            parts.Add(new(part.Name, id));
        }

        return new(modelFile, model.Format, model.Bytes.Length, previewFile, parts.MoveToImmutable());
    }

    private static AttemptFiles FilesOf(ModelWork work, int attempt) =>
        new("generated-model", work.ModelId, work.UserId, attempt, FirstPart + MadeModel.MaxParts);
}
