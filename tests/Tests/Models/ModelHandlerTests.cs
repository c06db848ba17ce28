using System.Text;
using System.Text.Json;
using Actors.Blobs;
using Actors.Generation;
using Actors.Infrastructure;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Models;

/// <summary>The workers of models, with the files of a running system.</summary>
public sealed class ModelHandlerTests : IAsyncLifetime
{
    private readonly ActorsApp _app = new();
    private string _user = null!;
    private string? _picture;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private WorkerFiles Files => _app.Services.GetRequiredService<WorkerFiles>();

    public async ValueTask InitializeAsync() => _user = (await _app.RegisterAsync()).UserId;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_picture_becomes_a_model_whose_files_are_the_users()
    {
        Caller.Current = Caller.System;
        var handler = new ModelHandler(new ReliefModels(), Files);
        var reports = new List<int>();

        var made = Made(await handler.RunAsync(
            await LeaseAsync(1),
            (progress, name, _) =>
            {
                Assert.Equal("local", name);
                reports.Add(progress);
                return Task.CompletedTask;
            },
            Cancellation));

        var model = await Files.FindAsync(made.FileId, _user, Cancellation);
        Assert.Equal((ModelFormat.Obj, "model/obj", "model.obj", made.FileSize), (made.Format, model.ContentType, model.FileName, model.Size));
        Assert.Equal("image/png", (await Files.FindAsync(made.PreviewFileId, _user, Cancellation)).ContentType);
        Assert.Equal(["model.mtl", "texture.png"], made.Parts.Select(p => p.Name));
        Assert.Equal("model/mtl", (await Files.FindAsync(made.Parts[0].FileId, _user, Cancellation)).ContentType);
        Assert.Equal("image/png", (await Files.FindAsync(made.Parts[1].FileId, _user, Cancellation)).ContentType);
        Assert.Equal(reports.Order(), reports);
        Assert.InRange(reports[^1], 80, 100);
    }

    [Fact]
    public async Task A_later_attempt_replaces_the_files_and_what_is_not_wanted_goes()
    {
        Caller.Current = Caller.System;
        var handler = new ModelHandler(new ReliefModels(), Files);
        var first = Made(await handler.RunAsync(await LeaseAsync(1), Ignore, Cancellation));
        var second = Made(await handler.RunAsync(await LeaseAsync(2), Ignore, Cancellation));

        Assert.Equal("FILE_NOT_FOUND", await RefusedAsync(() => Files.FindAsync(first.FileId, _user, Cancellation)));
        Assert.Equal(1 + 4, await CountFilesAsync());

        await handler.DiscardAsync(await LeaseAsync(2));
        Assert.Equal("FILE_NOT_FOUND", await RefusedAsync(() => Files.FindAsync(second.Parts[1].FileId, _user, Cancellation)));
        Assert.Equal(1, await CountFilesAsync());
    }

    [Fact]
    public async Task A_model_that_cannot_be_stored_whole_leaves_nothing()
    {
        Caller.Current = Caller.System;
        var handler = new ModelHandler(new ScriptedModels(), Files);

        Assert.Equal("VALIDATION_FAILED", await RefusedAsync(async () => await handler.RunAsync(await LeaseAsync(1), Ignore, Cancellation)));

        Assert.Equal(1, await CountFilesAsync());
    }

    [Fact]
    public async Task A_picture_of_somebody_else_is_not_there()
    {
        Caller.Current = Caller.System;
        var work = JsonSerializer.Serialize(new("m", "somebody else", "p", await PictureAsync()), ModelWorkJson.Default.ModelWork);

        Assert.Equal("FILE_NOT_FOUND", await RefusedAsync(() => new ModelHandler(new ReliefModels(), Files).RunAsync(LeaseOf(work, 1), Ignore, Cancellation)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    public async Task Work_that_says_nothing_fails_for_good(string work) =>
        Assert.Equal("BAD_WORK", await RefusedAsync(() => new ModelHandler(new ReliefModels(), Files).RunAsync(LeaseOf(work, 1), Ignore, Cancellation)));

    [Fact]
    public async Task Uploaded_models_of_every_format_are_taken_in_with_a_preview()
    {
        Caller.Current = Caller.System;
        (ModelFormat Format, string Type, byte[] Bytes)[] uploads =
        [
            (ModelFormat.Obj, "model/obj", Encoding.ASCII.GetBytes(ModelFiles.Obj)),
            (ModelFormat.Stl, "model/stl", Encoding.ASCII.GetBytes(ModelFiles.StlText)),
            (ModelFormat.Glb, "model/gltf-binary", ModelFiles.Glb()),
        ];
        foreach (var upload in uploads)
        {
            var (id, lease) = await UploadAsync(upload.Format, upload.Type, upload.Bytes);

            var made = Made(await new ImportHandler(Files).RunAsync(lease, Ignore, Cancellation));

            Assert.Equal((id, upload.Format, upload.Bytes.Length), (made.FileId, made.Format, made.FileSize));
            Assert.Equal("image/png", (await Files.FindAsync(made.PreviewFileId, _user, Cancellation)).ContentType);
            Assert.Empty(made.Parts);
        }
    }

    [Fact]
    public async Task An_upload_that_is_no_model_is_refused_for_good_and_stays_the_users()
    {
        Caller.Current = Caller.System;
        var (id, lease) = await UploadAsync(ModelFormat.Obj, "model/obj", "v 0 0 0\nf 1 2 3"u8.ToArray());

        Assert.Equal("MODEL_INVALID", await RefusedAsync(() => new ImportHandler(Files).RunAsync(lease, Ignore, Cancellation)));

        Assert.Equal(id, (await Files.FindAsync(id, _user, Cancellation)).Id);
        Assert.Equal(1, await CountFilesAsync());
    }

    [Fact]
    public async Task The_preview_of_an_import_that_is_not_wanted_goes_and_the_upload_stays()
    {
        Caller.Current = Caller.System;
        var (_, lease) = await UploadAsync(ModelFormat.Glb, "model/gltf-binary", ModelFiles.Glb());
        var handler = new ImportHandler(Files);
        await handler.RunAsync(lease, Ignore, Cancellation);

        await handler.DiscardAsync(lease);

        Assert.Equal(1, await CountFilesAsync());
    }

    private static Task Ignore(int progress, string? name, string? id) => Task.CompletedTask;

    private static MadeModel Made(string result)
    {
        Assert.InRange(result.Length, 1, JobLimits.Work);
        return JsonSerializer.Deserialize(result, ModelWorkJson.Default.MadeModel)!;
    }

    private static JobLease LeaseOf(string work, int attempt) => new() { JobId = "job", Attempt = attempt, Owner = default, Work = work };

    private static async Task<string> RefusedAsync(Func<Task> action)
    {
        var failure = (await Assert.ThrowsAsync<JobFailedException>(action)).Failure;
        Assert.False(failure.MayPass);
        return failure.Code;
    }

    private async Task<JobLease> LeaseAsync(int attempt) => LeaseOf(
        JsonSerializer.Serialize(new("model", _user, "a gear", await PictureAsync()), ModelWorkJson.Default.ModelWork), attempt);

    /// <summary>One picture for all attempts.</summary>
    private async Task<string> PictureAsync() => _picture ??= await StorePictureAsync();

    private async Task<string> StorePictureAsync()
    {
        var picture = await new ProceduralImages().GenerateAsync("a gear", 1, _ => Task.CompletedTask, Cancellation);
        return await Files.StoreAsync(new("picture", _user, _user, 1, 1), 0, new(BlobPurpose.Image, picture.ContentType, "gear.png", picture.Bytes), Cancellation);
    }

    private async Task<(string Id, JobLease Lease)> UploadAsync(ModelFormat format, string type, byte[] bytes)
    {
        var id = await Files.StoreAsync(new($"upload-{format}", _user, _user, 1, 1), 0, new(BlobPurpose.Model, type, "upload", bytes), Cancellation);
        return (id, LeaseOf(JsonSerializer.Serialize(new($"model-{format}", _user, id, format), ModelWorkJson.Default.ImportWork), 1));
    }

    private async Task<int> CountFilesAsync() => (await _app.Services.GetRequiredService<Actors.Storage.Database>().RowsOf(_user).ListAsync(
        "select blob_id from blob_quota_items where owner_id = @owner", [("owner", _user)], row => row.GetString(0), Cancellation)).Length;

    /// <summary>Makes a model with a part that no user may have as a file.</summary>
    private sealed class ScriptedModels : IModelProvider
    {
        public string Name => "scripted";

        public Task<ProvidedModel> GenerateAsync(ModelOrder order, Func<int, string?, Task> progress, CancellationToken cancellationToken)
        {
            var file = ModelFiles.Glb();
            return Task.FromResult(new ProvidedModel(
                ModelFormat.Glb, file, [new("page.html", "text/html", "<html>"u8.ToArray())], ModelReaders.Read(ModelFormat.Glb, file, cancellationToken)));
        }
    }
}
