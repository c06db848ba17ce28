using System.Text.Json;
using Actors.Blobs;
using Actors.Jobs;

namespace Actors.Models;

/// <summary>Checks an uploaded model and stores a picture of it; the result is a <see cref="MadeModel"/> whose file is the uploaded one.</summary>
internal sealed class ImportHandler(WorkerFiles files) : IJobHandler
{
    private const string Name = "import";

    public string Queue => ModelQueues.Import;

    public async Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken)
    {
        var work = lease.Work(ModelWorkJson.Default.ImportWork);
        await report(0, Name, null);
        var own = FilesOf(work, lease.Attempt);
        var made = await files.MakeAsync(
            own,
            async () =>
            {
                var file = await files.FindAsync(work.FileId, work.UserId, cancellationToken);
                ModelReaders.EnsureSize(file.Size);
                var mesh = ModelReaders.Read(work.Format, await files.ReadAsync(file, cancellationToken), cancellationToken);
                await report(50, Name, null);
                var preview = MeshPreview.Draw(mesh, texture: null, cancellationToken);
                return new MadeModel(
                    work.FileId, work.Format, file.Size, await files.StoreAsync(own, 0, ModelContent.Preview(preview), cancellationToken), []);
            },
            cancellationToken);
        return JsonSerializer.Serialize(made, ModelWorkJson.Default.MadeModel);
    }

    public Task DiscardAsync(JobLease lease) => files.DiscardAsync(FilesOf(lease.Work(ModelWorkJson.Default.ImportWork), lease.Attempt));

    private static AttemptFiles FilesOf(ImportWork work, int attempt) => new("imported-model", work.ModelId, work.UserId, attempt, Most: 1);
}
