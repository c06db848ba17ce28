using System.Net;
using System.Text.Json;
using Actors.Blobs;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Models;

/// <summary>Models, from the choice of an image to the gallery, on every store. The tests are the workers.</summary>
public abstract class ModelHttpTests : HandMadeTests
{
    [Fact]
    public async Task The_chosen_image_becomes_the_model_of_its_task()
    {
        var user = await App.RegisterAsync();
        var (task, lease) = await Hand.ChosenAsync(user, index: 2);

        var generating = await HandMade.UntilAsync(user, task, "MODEL_GENERATING");
        Assert.True(await Hand.ReportAsync(lease, 40));
        Assert.True(await Hand.CompleteAsync(lease, await Hand.MadeAsync(user)));
        var done = await HandMade.UntilAsync(user, task, "COMPLETED");

        Assert.Equal(generating.GetProperty("images")[2].GetProperty("id").GetString(), generating.GetProperty("model").GetProperty("sourceImageId").GetString());
        Assert.Equal("COMPLETED", done.GetProperty("phase").GetString());
        var model = done.GetProperty("model");
        Assert.Equal(("一个 齿轮箱", "OBJ", "PRIVATE", "AI_GENERATED", 100), (Text(model, "name"), Text(model, "format"), Text(model, "visibility"), Text(model, "source"), model.GetProperty("progress").GetInt32()));
        using var file = await Files.ReadAsync(App.CreateClient(), Text(model, "modelUrl")!);
        Assert.Contains("f 1 2 3", await file.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var kinds = (await user.GetAsync($"/api/v1/changes?topic=tasks/{task}&after=0&limit=100")).Data.EnumerateArray().Select(c => c.GetProperty("kind").GetString()).ToList();
        Assert.Equal(["image.selected", "model.changed", "task.completed"], kinds.Where(k => k!.StartsWith("model.", StringComparison.Ordinal) || k is "image.selected" or "task.completed").Distinct());
        Assert.Equal("task.completed", kinds[^1]);
    }

    [Fact]
    public async Task A_model_that_was_given_up_is_made_again_or_of_another_image_and_stays_the_one_of_its_task()
    {
        var user = await App.RegisterAsync();
        var (task, lease) = await Hand.ChosenAsync(user, index: 0);
        await Hand.FailAsync(lease);
        var failed = await HandMade.UntilAsync(user, task, "MODEL_FAILED");
        Assert.Equal("It broke.", Text(failed.GetProperty("model"), "errorMessage"));

        (await user.PostAsync($"/api/v1/tasks/{task}/model/retry")).Expect(HttpStatusCode.OK);
        (await user.PostAsync($"/api/v1/tasks/{task}/model/retry")).ExpectError(HttpStatusCode.Conflict, "MODEL_NOT_FAILED");
        var second = await Hand.LeaseAsync(ModelQueues.Generation);
        Assert.Equal((lease.JobId, 2, lease.Work), (second.JobId, second.Attempt, second.Work));
        Assert.False(await Hand.CompleteAsync(lease, await Hand.MadeAsync(user))); // the first attempt comes late
        await Hand.FailAsync(second);
        await HandMade.UntilAsync(user, task, "MODEL_FAILED");
        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/tasks/{task}", new { selectedImageIndex = 3 })).Expect(HttpStatusCode.OK);
        Assert.True(await Hand.CompleteAsync(await Hand.LeaseAsync(ModelQueues.Generation), await Hand.MadeAsync(user)));

        var done = await HandMade.UntilAsync(user, task, "COMPLETED");
        Assert.Equal(Text(done.GetProperty("images")[3], "id"), Text(done.GetProperty("model"), "sourceImageId"));
        Assert.Equal(JsonValueKind.Null, done.GetProperty("model").GetProperty("failedAt").ValueKind);
        Assert.Equal(Text(failed.GetProperty("model"), "id"), Text(done.GetProperty("model"), "id"));
    }

    [Fact]
    public async Task An_operator_finds_jobs_that_were_given_up_and_has_them_begin_anew()
    {
        const string queue = "/api/v1/admin/queues/model-";
        var (user, admin) = (await App.RegisterAsync(), await App.AdminAsync());
        var (task, made) = await Hand.ChosenAsync(user);
        await Hand.FailAsync(made);
        await HandMade.UntilAsync(user, task, "MODEL_FAILED");
        (await user.PostAsync(Models, new { fileId = await Hand.UploadObjAsync(user) })).Expect(HttpStatusCode.Created);
        var imported = await Hand.LeaseAsync(ModelQueues.Import);
        await Hand.FailAsync(imported);

        foreach (var (name, lease) in new[] { ("generation", made), ("import", imported) })
        {
            var job = Assert.Single((await admin.GetAsync($"{queue}{name}/jobs")).Expect(HttpStatusCode.OK).Data.EnumerateArray());
            Assert.Equal((lease.JobId, "FAILED", "BROKEN"), (Text(job, "id"), Text(job, "status"), Text(job, "errorCode")));
            (await user.PostAsync($"{queue}{name}/jobs/{lease.JobId}/requeue")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
            Assert.True((await admin.PostAsync($"{queue}{name}/jobs/{lease.JobId}/requeue")).Message.IsSuccessStatusCode);
            var again = await Hand.LeaseAsync($"model-{name}");
            Assert.Equal((lease.JobId, lease.Attempt + 1), (again.JobId, again.Attempt));
            (await admin.PostAsync($"{queue}{name}/jobs/{lease.JobId}/requeue")).ExpectError(HttpStatusCode.Conflict, "JOB_IS_OPEN");
            Assert.True(await Hand.CompleteAsync(again, await Hand.MadeAsync(user)));
        }

        await HandMade.UntilAsync(user, task, "COMPLETED");
    }

    [Fact]
    public async Task Who_cancels_while_the_model_is_made_ends_its_attempt()
    {
        var user = await App.RegisterAsync();
        var (task, lease) = await Hand.ChosenAsync(user);

        (await user.PostAsync($"/api/v1/tasks/{task}/cancel")).Expect(HttpStatusCode.OK);

        await Waiting.UntilAsync(async () => !await Hand.ReportAsync(lease, 50), TimeSpan.FromSeconds(20), () => "The attempt goes on.");
        Assert.False(await Hand.CompleteAsync(lease, await Hand.MadeAsync(user)));
        Assert.Equal("CANCELLED", Text((await user.GetAsync($"/api/v1/tasks/{task}")).Data, "status"));
    }

    [Fact]
    public async Task A_deleted_task_takes_its_pictures_along_and_leaves_the_model()
    {
        var user = await App.RegisterAsync();
        var (task, model) = await Hand.DoneAsync(user);
        var pictures = (await user.GetAsync($"/api/v1/tasks/{task}")).Data.GetProperty("images").EnumerateArray().Select(i => Text(i, "imageUrl")!).ToList();

        (await user.SendAsync(HttpMethod.Delete, $"{Models}/{model}", body: null, ("If-Match", "\"999\""))).Expect(HttpStatusCode.PreconditionFailed);
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/tasks/{task}")).Expect(HttpStatusCode.OK);

        (await user.GetAsync($"/api/v1/tasks/{task}")).ExpectError(HttpStatusCode.NotFound, "TASK_NOT_FOUND");
        var left = (await user.GetAsync($"{Models}/{model}")).Expect(HttpStatusCode.OK).Data;
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (left.GetProperty("requestId").ValueKind, left.GetProperty("sourceImageId").ValueKind));
        await Waiting.UntilAsync(
            async () => (await Files.ReadAsync(App.CreateClient(), pictures[0])).StatusCode == HttpStatusCode.NotFound, TimeSpan.FromSeconds(20), () => "The picture is still there.");
        (await user.SendAsync(HttpMethod.Patch, $"{Models}/{model}", new { name = "still mine" })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_task_that_is_deleted_while_its_model_is_made_leaves_nothing()
    {
        var user = await App.RegisterAsync();
        var (task, lease) = await Hand.ChosenAsync(user);
        (await user.SendAsync(HttpMethod.Delete, $"{Models}/{ModelIds.OfRequest(task)}")).ExpectError(HttpStatusCode.Conflict, "MODEL_IS_OPEN");

        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/tasks/{task}")).Expect(HttpStatusCode.OK);

        Assert.False(await Hand.ReportAsync(lease, 50));
        (await user.GetAsync($"{Models}/{ModelIds.OfRequest(task)}")).ExpectError(HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
    }

    [Fact]
    public async Task The_database_refuses_a_second_model_of_a_request()
    {
        var user = await App.RegisterAsync();
        var (task, _) = await Hand.DoneAsync(user);
        var store = App.Services.GetRequiredService<ICommitStore>();
        var now = TimeProvider.System.GetUtcNow();
        var id = Ids.New(now);
        var second = new ModelState(id, user.UserId, ModelSource.AiGenerated, "second", now, new(Ids.New(now), Jobs.JobStatus.Pending, 0, now), Version: 1)
        {
            RequestId = task,
            Work = "{}",
        };

        var outcome = await store.CommitAsync(new Commit { Id = id, ExpectedVersion = 0, Root = ModelState.Table.Insert(second), Rows = ModelState.Changes(null, second) });

        Assert.Equal((CommitStatus.Violation, "models_request_id_key"), (outcome.Status, outcome.Constraint));
    }

    [Fact]
    public async Task An_uploaded_file_becomes_a_model_once_and_only_its_owner_s()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var file = await Hand.UploadObjAsync(user);
        var picture = await user.UploadAsync(App.CreateClient(), Files.Png(50));

        (await other.PostAsync(Models, new { fileId = file })).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        (await user.PostAsync(Models, new { fileId = picture })).ExpectError(HttpStatusCode.UnprocessableEntity, "NOT_A_MODEL");
        (await user.PostAsync(Models, new { fileId = file, name = new string('x', ModelLimits.Name + 1) })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        var model = (await user.PostAsync(Models, new { fileId = file })).Expect(HttpStatusCode.Created).Data;
        (await user.PostAsync(Models, new { fileId = file })).ExpectError(HttpStatusCode.Conflict, "MODEL_EXISTS");

        var path = $"{Models}/{Text(model, "id")}";
        Assert.Equal(("齿轮", "USER_UPLOADED", JsonValueKind.Null), (Text(model, "name"), Text(model, "source"), model.GetProperty("modelUrl").ValueKind));
        (await user.PostAsync($"{path}/publish")).ExpectError(HttpStatusCode.Conflict, "MODEL_NOT_COMPLETED");
        (await user.GetAsync($"{path}/download")).ExpectError(HttpStatusCode.Conflict, "MODEL_NOT_COMPLETED");
        (await user.SendAsync(HttpMethod.Delete, path)).ExpectError(HttpStatusCode.Conflict, "MODEL_IS_OPEN");
        await Hand.FailAsync(await Hand.LeaseAsync(ModelQueues.Import));
        (await user.SendAsync(HttpMethod.Delete, path)).Expect(HttpStatusCode.OK);
        await Waiting.UntilAsync(
            async () => (await user.GetAsync($"/api/v1/files/{file}")).Status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(20), () => "The file is still there.");
        (await user.PostAsync(Models, new { fileId = file })).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Private_models_are_their_owner_s_and_public_ones_everybody_s()
    {
        var (user, other, nobody) = (await App.RegisterAsync(), await App.RegisterAsync(), App.Anonymous());
        var model = await Hand.ImportedAsync(user);
        var path = $"{Models}/{model}";

        foreach (var refused in new[] { await other.GetAsync(path), await other.SendAsync(HttpMethod.Patch, path, new { name = "mine" }), await other.PostAsync($"{path}/publish"), await other.PostAsync($"{path}/like"), await nobody.GetAsync($"{Gallery}/{model}"), await user.GetAsync($"{Gallery}/{model}"), await nobody.GetAsync($"{path}/download"), await other.GetAsync($"/api/v1/changes?topic=models/{model}&after=0") })
        {
            Assert.Equal(HttpStatusCode.NotFound, refused.Status);
        }

        var published = (await user.PostAsync($"{path}/publish")).Expect(HttpStatusCode.OK);
        Assert.Equal("PUBLIC", Text(published.Data, "visibility"));
        (await nobody.GetAsync($"{Gallery}/{model}")).Expect(HttpStatusCode.OK);
        Assert.Contains("f 1 2 3", (await nobody.GetAsync($"{path}/download")).Expect(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        (await other.GetAsync(path)).Expect(HttpStatusCode.OK);
        (await other.SendAsync(HttpMethod.Patch, path, new { name = "mine" })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await other.SendAsync(HttpMethod.Delete, path)).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await other.GetAsync($"/api/v1/changes?topic=models/{model}&after=0")).Expect(HttpStatusCode.NotFound);
        (await user.SendAsync(HttpMethod.Put, path, new { name = "renamed" }, ("If-Match", "\"1\""))).Expect(HttpStatusCode.PreconditionFailed);
        (await user.SendAsync(HttpMethod.Put, path, new { name = "renamed" }, ("If-Match", published.ETag!))).Expect(HttpStatusCode.OK);
        var expired = App.Anonymous();
        expired.Token = "not.a.token";
        (await expired.GetAsync($"{Gallery}/{model}")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN"); // nobody is told that he does not like what he likes
        (await (await App.AdminAsync()).PostAsync($"{path}/unpublish")).Expect(HttpStatusCode.OK); // moderation
        (await nobody.GetAsync($"{Gallery}/{model}")).ExpectError(HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
    }

    [Fact]
    public async Task A_viewer_counts_once_a_day_and_a_like_does_not_change_the_etag()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var model = await Hand.ImportedAsync(user, "views");
        var before = (await user.GetAsync($"{Models}/{model}")).ETag;

        foreach (var viewer in new[] { user, other, other, user })
        {
            (await viewer.GetAsync($"{Gallery}/{model}")).Expect(HttpStatusCode.OK);
            (await viewer.GetAsync($"{Models}/{model}/download")).Expect(HttpStatusCode.OK); // led on to the file
        }

        (await other.SendAsync(HttpMethod.Put, $"{Models}/{model}/like")).Expect(HttpStatusCode.OK);
        var database = App.Services.GetRequiredService<Database>().RowsOf(user.UserId);
        await Waiting.UntilAsync(
            async () => (await database.ListAsync("select view_count, download_count from models where id = @id", [("id", model)], row => (row.GetInt64(0), row.GetInt64(1)))) is [(2, 2)],
            TimeSpan.FromSeconds(20),
            () => "Views are not counted.");
        var after = await user.GetAsync($"{Models}/{model}");
        Assert.Equal((2, 2, 1), (Count(after.Data, "viewCount"), Count(after.Data, "downloadCount"), Count(after.Data, "likeCount")));
        Assert.Equal(before, after.ETag);
    }

    [Fact]
    public async Task A_like_turns_round_and_a_repetition_with_its_key_does_not()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var path = $"{Models}/{await Hand.ImportedAsync(user, "liked")}/like";

        Assert.Equal((true, 1), Like(await other.SendAsync(HttpMethod.Post, path, body: null, ("Idempotency-Key", "a"))));
        Assert.Equal((true, 1), Like(await other.SendAsync(HttpMethod.Post, path, body: null, ("Idempotency-Key", "a"))));
        Assert.Equal((true, 2), Like(await user.PostAsync(path)));
        Assert.Equal((false, 1), Like(await other.PostAsync(path)));
        Assert.Equal((false, 1), Like(await other.SendAsync(HttpMethod.Delete, path)));
        Assert.Equal((true, 2), Like(await other.SendAsync(HttpMethod.Put, path)));
        Assert.Equal((true, 2), Like(await other.SendAsync(HttpMethod.Put, path)));

        static (bool, long) Like(Answer answer) => (answer.Expect(HttpStatusCode.OK).Data.GetProperty("liked").GetBoolean(), Count(answer.Data, "likeCount"));
    }

    [Fact]
    public async Task Five_hundred_toggles_of_a_hundred_users_at_once_leave_counts_that_are_those_of_the_rows()
    {
        var owner = await App.RegisterAsync();
        var model = await Hand.ImportedAsync(owner, "toggled");
        var users = new List<ActorsClient>();
        while (users.Count < 100)
        {
            users.AddRange(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => App.RegisterAsync()))); // each hashes a password: few at once
        }

        var counts = await Task.WhenAll(users.SelectMany((user, i) => Enumerable.Range(0, 5).Select(async n =>
            Count((await user.PostAsync($"{Models}/{model}/{(i % 2 == 0 ? "like" : "favorite")}")).Expect(HttpStatusCode.OK).Data, i % 2 == 0 ? "likeCount" : "favoriteCount"))));

        Assert.All(counts, count => Assert.InRange(count, 0, 50));
        var last = (await owner.GetAsync($"{Models}/{model}")).Data;
        Assert.Equal((50, 50), (Count(last, "likeCount"), Count(last, "favoriteCount"))); // each turned round five times
        var rows = await App.Services.GetRequiredService<Database>().RowsOfAllUsers().ListAsync(
            "select type, count(*) from model_interactions where model_id = @id group by type order by type", [("id", model)], row => (row.GetString(0), row.GetInt64(1)));
        Assert.Equal([("FAVORITE", 50L), ("LIKE", 50L)], rows);
        var admin = await App.AdminAsync();
        Assert.Equal(50, Count((await admin.PostAsync($"/api/v1/admin/models/{model}/recount")).Expect(HttpStatusCode.OK).Data, "likeCount"));
        (await owner.PostAsync($"/api/v1/admin/models/{model}/recount")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task The_gallery_is_sorted_searched_and_read_page_by_page()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        (await user.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "A. 作者" })).Expect(HttpStatusCode.OK);
        var models = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            models.Add(await Hand.ImportedAsync(user, i == 2 ? "Bevel_gear 100%" : $"齿轮 {i}"));
        }

        await Hand.ImportedAsync(user); // private
        (await other.SendAsync(HttpMethod.Put, $"{Models}/{models[1]}/like")).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Put, $"{Models}/{models[1]}/like")).Expect(HttpStatusCode.OK);
        (await other.SendAsync(HttpMethod.Put, $"{Models}/{models[3]}/like")).Expect(HttpStatusCode.OK);
        (await other.SendAsync(HttpMethod.Put, $"{Models}/{models[0]}/favorite")).Expect(HttpStatusCode.OK);

        var nobody = App.Anonymous();
        Assert.Equal(Enumerable.Reverse(models), await PagesAsync(nobody, $"{Gallery}?sort=newest"));
        Assert.Equal([models[1], models[3]], (await PagesAsync(nobody, $"{Gallery}?sort=likes")).Take(2));
        Assert.Equal(5, (await PagesAsync(nobody, $"{Gallery}?sort=likes")).Distinct().Count());
        Assert.Equal([models[2]], await PagesAsync(nobody, $"{Gallery}?q=bevel_GEAR%20100%25"));
        Assert.Empty(await PagesAsync(nobody, $"{Gallery}?q=bevel%25gear"));
        Assert.Equal([models[4], models[3], models[1], models[0]], await PagesAsync(nobody, $"{Gallery}?q=%E9%BD%BF"));
        Assert.Equal([models[3], models[1]], await PagesAsync(other, "/api/v1/me/likes?limit=2"));
        Assert.Equal([models[0]], await PagesAsync(other, "/api/v1/me/favorites?limit=2"));
        Assert.Equal(6, (await PagesAsync(user, "/api/v1/me/models?limit=2")).Distinct().Count());
        var first = (await nobody.GetAsync(Gallery)).Data[0];
        Assert.Equal("A. 作者", Text(first, "author"));
        using var preview = await Files.ReadAsync(App.CreateClient(), Text(first, "previewImageUrl")!);
        Assert.Equal(HttpStatusCode.OK, preview.StatusCode);
        (await nobody.GetAsync($"{Gallery}?sort=oldest")).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        var cursor = (await nobody.GetAsync($"{Gallery}?limit=1")).Meta.GetProperty("nextCursor").GetString();
        (await nobody.GetAsync($"{Gallery}?sort=likes&cursor={cursor}")).ExpectError(HttpStatusCode.BadRequest, "INVALID_CURSOR");
    }

    private static long Count(JsonElement json, string field) => json.GetProperty(field).GetInt64();
}

/// <inheritdoc/>
public sealed class ModelHttpOnSqliteTests : ModelHttpTests
{
    protected override Task<ActorsApp> StartAsync() => Task.FromResult(new ActorsApp(null, ByHand));
}

/// <inheritdoc/>
public sealed class ModelHttpOnPostgresTests(PostgresServer server) : ModelHttpTests
{
    protected override async Task<ActorsApp> StartAsync() => new(await server.CreateDatabaseAsync(), ByHand);
}
