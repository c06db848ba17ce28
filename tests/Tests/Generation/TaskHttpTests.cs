using System.Net;
using Actors.Blobs;
using Actors.Infrastructure;
using Actors.Models;

namespace Actors.Generation;

/// <summary>Tasks over HTTP with the local provider, on every store.</summary>
public abstract class TaskHttpTests : HttpTests
{
    private const string Tasks = "/api/v1/tasks";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_prompt_becomes_four_different_pictures_that_anybody_with_their_url_can_read()
    {
        var user = await App.RegisterAsync();
        var task = await DoneAsync(user, await CreateAsync(user));

        var pictures = new List<byte[]>();
        foreach (var image in task.Data.GetProperty("images").EnumerateArray())
        {
            Assert.Equal("COMPLETED", image.GetProperty("imageStatus").GetString());
            using var answer = await App.CreateClient().GetAsync(new Uri(image.GetProperty("imageUrl").GetString()!, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal("image/png", answer.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
            pictures.Add(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(4, pictures.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(("IMAGE_COMPLETED", "AWAITING_SELECTION"), (Text(task, "status"), Text(task, "phase")));
    }

    [Fact]
    public async Task The_feed_tells_each_image_and_resumes_without_a_gap()
    {
        var user = await App.RegisterAsync();
        var id = await CreateAsync(user);
        await DoneAsync(user, id);

        var version = (await user.GetAsync($"{Tasks}/{id}")).Data.GetProperty("version").GetInt64();
        var changes = (await user.GetAsync($"/api/v1/changes?topic=tasks/{id}&after=0")).Expect(HttpStatusCode.OK).Data.EnumerateArray().ToList();

        Assert.Equal(Enumerable.Range(1, (int)version).Select(v => (long)v), changes.Select(c => c.GetProperty("version").GetInt64()));
        Assert.Equal(4, changes.Count(c => c.GetProperty("kind").GetString() == "image.completed"));
    }

    [Fact]
    public async Task One_picture_is_chosen_and_who_changes_his_mind_too_late_is_told()
    {
        var user = await App.RegisterAsync();
        var task = await DoneAsync(user, await CreateAsync(user));
        var path = $"{Tasks}/{Text(task, "id")}";

        (await user.SendAsync(HttpMethod.Patch, path, new { selectedImageIndex = 1 }, ("If-Match", "\"1\""))).Expect(HttpStatusCode.PreconditionFailed);
        var chosen = (await user.SendAsync(HttpMethod.Patch, path, new { selectedImageIndex = 1 }, ("If-Match", task.ETag!))).Expect(HttpStatusCode.OK);

        Assert.Equal(("MODEL_PENDING", "MODEL_GENERATION", 1), (Text(chosen, "status"), Text(chosen, "phase"), chosen.Data.GetProperty("selectedImageIndex").GetInt32()));
        (await user.SendAsync(HttpMethod.Patch, path, new { selectedImageIndex = 1 })).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Patch, path, new { selectedImageIndex = 2 })).Expect(HttpStatusCode.Conflict); // being made, or made
        (await user.SendAsync(HttpMethod.Patch, path, new { selectedImageIndex = 4 })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task The_chosen_picture_becomes_a_model_with_material_texture_and_preview()
    {
        var user = await App.RegisterAsync();
        var task = Text(await DoneAsync(user, await CreateAsync(user)), "id");
        (await user.SendAsync(HttpMethod.Patch, $"{Tasks}/{task}", new { selectedImageIndex = 3 })).Expect(HttpStatusCode.OK);

        var model = (await HandMade.UntilAsync(user, task, "COMPLETED")).GetProperty("model");

        var obj = await ReadAsync(model.GetProperty("modelUrl").GetString()!);
        Assert.Equal(obj.Length, model.GetProperty("fileSize").GetInt64());
        Assert.StartsWith("mtllib model.mtl", System.Text.Encoding.ASCII.GetString(obj), StringComparison.Ordinal);
        Assert.Equal(["model.mtl", "texture.png"], model.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("name").GetString()).Order());
        foreach (var part in model.GetProperty("parts").EnumerateArray())
        {
            Assert.NotEmpty(await ReadAsync(part.GetProperty("url").GetString()!));
        }

        Assert.Equal("PNG"u8.ToArray(), (await ReadAsync(model.GetProperty("previewImageUrl").GetString()!))[1..4]);
    }

    private async Task<byte[]> ReadAsync(string url)
    {
        using var answer = await Files.ReadAsync(App.CreateClient(), url);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_double_click_makes_one_task()
    {
        var user = await App.RegisterAsync();

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => user.SendAsync(HttpMethod.Post, Tasks, new { prompt = "p" }, ("Idempotency-Key", "click"))));

        Assert.Single(both.Select(a => Text(a.Expect(HttpStatusCode.Created), "id")).Distinct());
        Assert.Single((await user.GetAsync(Tasks)).Expect(HttpStatusCode.OK).Data.EnumerateArray());
    }

    [Fact]
    public async Task Other_peoples_tasks_do_not_exist()
    {
        var (owner, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await CreateAsync(owner);

        (await other.GetAsync($"{Tasks}/{id}")).ExpectError(HttpStatusCode.NotFound, "TASK_NOT_FOUND");
        (await other.SendAsync(HttpMethod.Patch, $"{Tasks}/{id}", new { selectedImageIndex = 0 })).ExpectError(HttpStatusCode.NotFound, "TASK_NOT_FOUND");
        (await other.PostAsync($"{Tasks}/{id}/cancel")).ExpectError(HttpStatusCode.NotFound, "TASK_NOT_FOUND");
        (await other.GetAsync($"/api/v1/changes?topic=tasks/{id}&after=0")).Expect(HttpStatusCode.NotFound);
        Assert.Empty((await other.GetAsync(Tasks)).Expect(HttpStatusCode.OK).Data.EnumerateArray());
    }

    private static async Task<string> CreateAsync(ActorsClient user) =>
        Text((await user.PostAsync(Tasks, new { prompt = "一个齿轮箱" })).Expect(HttpStatusCode.Created), "id");

    private static async Task<Answer> DoneAsync(ActorsClient user, string id)
    {
        Answer? task = null;
        await Waiting.UntilAsync(
            async () => Text(task = (await user.GetAsync($"{Tasks}/{id}")).Expect(HttpStatusCode.OK), "status") == "IMAGE_COMPLETED",
            Soon,
            () => $"The images are not there: {task!.Text}");
        return task!;
    }

    private static string Text(Answer answer, string field) => answer.Data.GetProperty(field).GetString()!;
}

/// <inheritdoc/>
public sealed class TaskHttpOnSqliteTests(SharedApps apps) : TaskHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc/>
public sealed class TaskHttpOnPostgresTests(SharedApps apps, PostgresServer server) : TaskHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
