using System.Net;
using System.Text.Json;
using Actors.Blobs;
using Actors.Infrastructure;
using SkiaSharp;

namespace Actors.Models;

/// <summary>From a prompt to a model with nobody's help, on every store.</summary>
public abstract class ModelWorkerTests : HttpTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_prompt_becomes_pictures_and_the_chosen_one_a_model_with_a_preview()
    {
        var user = await App.RegisterAsync();
        var task = Text((await user.PostAsync("/api/v1/tasks", new { prompt = "一个齿轮箱" })).Expect(HttpStatusCode.Created).Data, "id");
        await UntilAsync(user, $"/api/v1/tasks/{task}", data => Text(data, "status") == "IMAGE_COMPLETED");

        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/tasks/{task}", new { selectedImageIndex = 0 })).Expect(HttpStatusCode.OK);
        var model = (await UntilAsync(user, $"/api/v1/tasks/{task}", data => Text(data, "status") == "COMPLETED")).GetProperty("model");

        Assert.Equal("OBJ", Text(model, "format"));
        using var file = await Files.ReadAsync(App.CreateClient(), Text(model, "modelUrl"));
        var bytes = await file.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.InRange(ModelReaders.Read(ModelFormat.Obj, bytes, TestContext.Current.CancellationToken).Triangles, 10_000, 100_000);
        await AssertPreviewAsync(model);
    }

    [Fact]
    public async Task An_uploaded_model_is_taken_in_with_a_preview()
    {
        var user = await App.RegisterAsync();
        var file = await new HandMade(App).UploadObjAsync(user);
        var id = Text((await user.PostAsync("/api/v1/models", new { fileId = file, name = "mine" })).Expect(HttpStatusCode.Created).Data, "id");

        await AssertPreviewAsync(await UntilAsync(user, $"/api/v1/models/{id}", data => Text(data, "previewImageUrl") is not null));
    }

    private async Task AssertPreviewAsync(JsonElement model)
    {
        using var preview = await Files.ReadAsync(App.CreateClient(), Text(model, "previewImageUrl"));
        using var picture = SKBitmap.Decode(await preview.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal((MeshPreview.Size, MeshPreview.Size), (picture.Width, picture.Height));
    }

    private static async Task<JsonElement> UntilAsync(ActorsClient user, string path, Func<JsonElement, bool> isThere)
    {
        Answer? answer = null;
        await Waiting.UntilAsync(
            async () => isThere((answer = await user.GetAsync(path)).Expect(HttpStatusCode.OK).Data), Soon, () => $"It does not come about: {answer!.Text}");
        return answer!.Data;
    }

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}

/// <inheritdoc/>
public sealed class ModelWorkerOnSqliteTests(SharedApps apps) : ModelWorkerTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc/>
public sealed class ModelWorkerOnPostgresTests(SharedApps apps, PostgresServer server) : ModelWorkerTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
