using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Models;

/// <summary>What the gallery is shared by: tags, remixes, reports. On every store; the tests are the workers.</summary>
public abstract class GalleryHttpTests : HandMadeTests
{
    private const string Moderated = "/api/v1/admin/models";

    [Fact]
    public async Task Models_are_found_by_their_tags_whole_and_whatever_their_case()
    {
        var user = await App.RegisterAsync();
        var (gear, wheel, secret) = (await Hand.ImportedAsync(user, "gear"), await Hand.ImportedAsync(user, "wheel"), await Hand.ImportedAsync(user));

        var tagged = (await user.SendAsync(HttpMethod.Patch, $"{Models}/{gear}", new { tags = new[] { "#Gear", "low-poly", " 齿轮 ", "GEAR" } })).Expect(HttpStatusCode.OK);
        Assert.Equal(["gear", "low-poly", "齿轮"], Tags(tagged.Data));
        (await user.SendAsync(HttpMethod.Patch, $"{Models}/{wheel}", new { tags = new[] { "wheel", "low-poly", "100%_齿轮箱" } })).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Patch, $"{Models}/{secret}", new { tags = new[] { "gear" } })).Expect(HttpStatusCode.OK);

        var nobody = App.Anonymous();
        Assert.Equal([gear], await FoundAsync(nobody, "tag=gear"));
        Assert.Equal([gear], await FoundAsync(nobody, "tag=%23GEAR"));
        Assert.Equal([gear], await FoundAsync(nobody, "tag=齿轮")); // a whole word, not one that begins so
        Assert.Equal([wheel, gear], await FoundAsync(nobody, "tag=low-poly"));
        Assert.Equal([wheel], await FoundAsync(nobody, "tag=low-poly&q=wheel"));
        Assert.Equal([wheel], await FoundAsync(nobody, "tag=100%25_%E9%BD%BF%E8%BD%AE%E7%AE%B1&sort=likes"));
        Assert.Empty(await FoundAsync(nobody, "tag=low_poly")); // no pattern
        Assert.Empty(await FoundAsync(nobody, "tag=low"));
        Assert.Equal(["wheel", "low-poly", "100%_齿轮箱"], Tags((await nobody.GetAsync($"{Gallery}?tag=wheel")).Data[0]));
        (await nobody.GetAsync($"{Gallery}?tag=a%20b")).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

        (await user.SendAsync(HttpMethod.Patch, $"{Models}/{gear}", new { description = "its tags stay" })).Expect(HttpStatusCode.OK);
        Assert.Equal([gear], await FoundAsync(nobody, "tag=gear"));
        (await user.SendAsync(HttpMethod.Patch, $"{Models}/{gear}", new { tags = (string[]?)null })).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Put, $"{Models}/{wheel}", new { name = "wheel" })).Expect(HttpStatusCode.OK); // a whole replacement
        Assert.Empty(await FoundAsync(nobody, "tag=low-poly"));
        (await user.PostAsync($"{Models}/{secret}/publish")).Expect(HttpStatusCode.OK);
        Assert.Equal([secret], await FoundAsync(nobody, "tag=gear"));
        (await user.PostAsync($"{Models}/{secret}/unpublish")).Expect(HttpStatusCode.OK);
        Assert.Empty(await FoundAsync(nobody, "tag=gear"));
        Assert.Empty(await RowsAsync());
        var store = App.Services.GetRequiredService<ICommitStore>();
        var stray = new TagRow(secret, "gear", TimeProvider.System.GetUtcNow()); // of a silo that knew nothing of these rows
        var root = ModelReportsState.Table.Insert(new(secret, Count: 0, Round: 0, Version: 1)); // any
        Assert.Equal(CommitStatus.Committed, (await store.CommitAsync(new Commit { Id = secret, ExpectedVersion = 0, Root = root, Rows = [TagRow.Table.Insert(stray)] })).Status);
        (await user.PostAsync($"{Models}/{secret}/publish")).Expect(HttpStatusCode.OK);
        Assert.Equal([secret], await FoundAsync(nobody, "tag=gear"));
        (await user.PostAsync($"{Models}/{secret}/unpublish")).Expect(HttpStatusCode.OK);
        Assert.Empty(await RowsAsync());

        async Task<IEnumerable<string>> RowsAsync() => await App.Services.GetRequiredService<Database>().ListAsync("select tag from model_tags", [], row => row.GetString(0));
    }

    [Fact]
    public async Task Models_of_a_tag_are_read_page_by_page()
    {
        var user = await App.RegisterAsync();
        var models = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            models.Insert(0, await Hand.ImportedAsync(user, $"model {i}"));
            (await user.SendAsync(HttpMethod.Patch, $"{Models}/{models[0]}", new { tags = new[] { "all", $"only-{i}" } })).Expect(HttpStatusCode.OK);
        }

        (await user.SendAsync(HttpMethod.Put, $"{Models}/{models[3]}/like")).Expect(HttpStatusCode.OK);

        Assert.Equal(models, await PagesAsync(user, $"{Gallery}?tag=all&sort=newest"));
        var liked = await PagesAsync(user, $"{Gallery}?tag=all&sort=likes");
        Assert.Equal(models[3], liked[0]);
        Assert.Equal(models.Order(StringComparer.Ordinal), liked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Bad_tags_are_refused_and_nothing_changes()
    {
        var user = await App.RegisterAsync();
        var path = $"{Models}/{await Hand.ImportedAsync(user)}";
        var before = (await user.GetAsync(path)).ETag;

        foreach (var body in new object[]
        {
            new { tags = new[] { "a b" } }, new { tags = new[] { "a,b" } }, new { tags = new[] { "" } }, new { tags = new[] { "#" } }, new { tags = new string?[] { null } }, new { tags = "a" },
            new { tags = new[] { new string('x', ModelLimits.Tag + 1) } }, new { tags = Enumerable.Range(0, ModelLimits.Tags + 1).Select(i => $"{i}") },
            new { allowRemix = (bool?)null }, new { allowRemix = "yes" },
        })
        {
            (await user.SendAsync(HttpMethod.Patch, path, body)).Expect(HttpStatusCode.BadRequest);
        }

        Assert.Equal(before, (await user.GetAsync(path)).ETag);
    }

    [Fact]
    public async Task A_prompt_is_built_on_by_others_only_as_long_as_its_owner_lets_them()
    {
        var (owner, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var (_, model) = await Hand.DoneAsync(owner);
        var path = $"{Models}/{model}";
        Task<Answer> RemixAsync(ActorsClient who, object body) => who.PostAsync("/api/v1/tasks", body);

        (await RemixAsync(other, new { remixOf = model })).ExpectError(HttpStatusCode.UnprocessableEntity, "REMIX_NOT_ALLOWED"); // private
        (await owner.PostAsync($"{path}/publish")).Expect(HttpStatusCode.OK);
        (await RemixAsync(other, new { remixOf = model })).ExpectError(HttpStatusCode.UnprocessableEntity, "REMIX_NOT_ALLOWED"); // public, and not allowed
        (await RemixAsync(other, new { remixOf = "nobody" })).ExpectError(HttpStatusCode.UnprocessableEntity, "REMIX_NOT_ALLOWED");
        Assert.Equal(JsonValueKind.Null, (await other.GetAsync(path)).Data.GetProperty("prompt").ValueKind);
        Assert.Equal("一个 齿轮箱", Text((await owner.GetAsync(path)).Data, "prompt"));

        (await owner.SendAsync(HttpMethod.Patch, path, new { allowRemix = true })).Expect(HttpStatusCode.OK);
        Assert.Equal("一个 齿轮箱", Text((await App.Anonymous().GetAsync($"{Gallery}/{model}")).Data, "prompt"));
        var key = ("Idempotency-Key", "remix");
        var same = (await other.SendAsync(HttpMethod.Post, "/api/v1/tasks", new { remixOf = model }, key)).Expect(HttpStatusCode.Created).Data;
        Assert.Equal(("一个 齿轮箱", model), (Text(same, "prompt"), Text(same, "remixOf")));
        var changed = (await RemixAsync(other, new { remixOf = model, prompt = "two gears" })).Expect(HttpStatusCode.Created).Data;
        Assert.Equal(("two gears", model), (Text(changed, "prompt"), Text(changed, "remixOf")));

        (await owner.SendAsync(HttpMethod.Patch, path, new { allowRemix = false })).Expect(HttpStatusCode.OK);
        (await RemixAsync(other, new { remixOf = model })).ExpectError(HttpStatusCode.UnprocessableEntity, "REMIX_NOT_ALLOWED");
        Assert.Equal(Text(same, "id"), Text((await other.SendAsync(HttpMethod.Post, "/api/v1/tasks", new { remixOf = model }, key)).Expect(HttpStatusCode.Created).Data, "id")); // said twice
        (await RemixAsync(owner, new { remixOf = model })).Expect(HttpStatusCode.Created);
        var uploaded = await Hand.ImportedAsync(owner);
        (await RemixAsync(owner, new { remixOf = uploaded })).ExpectError(HttpStatusCode.UnprocessableEntity, "REMIX_NOT_ALLOWED"); // made of no prompt
        (await RemixAsync(owner, new { remixOf = "" })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        (await RemixAsync(owner, new { remixOf = new string('x', Ids.MaxLength + 1) })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        (await RemixAsync(owner, new { })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task The_model_of_a_remix_names_its_source_and_the_gallery_lists_what_was_made_after_it()
    {
        var (owner, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var (_, source) = await Hand.DoneAsync(owner);
        (await owner.SendAsync(HttpMethod.Patch, $"{Models}/{source}", new { allowRemix = true })).Expect(HttpStatusCode.OK);
        (await owner.PostAsync($"{Models}/{source}/publish")).Expect(HttpStatusCode.OK);

        var (_, remix) = await Hand.DoneAsync(other, new { remixOf = source });

        Assert.Empty(await FoundAsync(owner, $"remixOf={source}")); // still private
        Assert.Equal(source, Text((await other.PostAsync($"{Models}/{remix}/publish")).Expect(HttpStatusCode.OK).Data, "remixOf"));
        Assert.Equal([remix], await FoundAsync(owner, $"remixOf={source}"));
        (await owner.SendAsync(HttpMethod.Delete, $"/api/v1/models/{source}")).Expect(HttpStatusCode.OK);
        Assert.Equal(source, Text((await other.GetAsync($"{Models}/{remix}")).Data, "remixOf")); // it stays what it is
    }

    [Fact]
    public async Task A_report_counts_once_of_a_user_until_a_moderator_settles_it()
    {
        var (owner, one, other, third, admin) = (await App.RegisterAsync(), await App.RegisterAsync(), await App.RegisterAsync(), await App.RegisterAsync(), await App.AdminAsync());
        var (model, quiet) = (await Hand.ImportedAsync(owner, "reported"), await Hand.ImportedAsync(owner, "quiet"));
        var path = $"{Models}/{model}";
        Task<Answer> ReportAsync(ActorsClient who, string reason, string? note = null) => who.PostAsync($"{path}/report", new { reason, note });

        (await ReportAsync(owner, "SPAM")).ExpectError(HttpStatusCode.UnprocessableEntity, "OWN_MODEL");
        (await ReportAsync(one, "spam?")).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        (await ReportAsync(one, "SPAM", new string('x', ModelLimits.Note + 1))).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        (await one.PostAsync($"{Models}/{await Hand.ImportedAsync(owner)}/report", new { reason = "SPAM" })).ExpectError(HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async i => (await ReportAsync(i % 2 == 0 ? one : other, "SPAM")).Expect(HttpStatusCode.OK)));
        (await ReportAsync(one, "COPYRIGHT", "它是我的")).Expect(HttpStatusCode.OK);
        (await ReportAsync(other, "OTHER")).Expect(HttpStatusCode.OK);
        (await other.PostAsync($"{Models}/{quiet}/report", new { reason = "OTHER" })).Expect(HttpStatusCode.OK);

        Assert.Equal([(model, 2L), (quiet, 1L)], await ReportedAsync(admin));
        var reports = (await admin.GetAsync($"{Moderated}/{model}/reports")).Expect(HttpStatusCode.OK).Data;
        Assert.Equal([(other.UserId, "OTHER", null, true), (one.UserId, "COPYRIGHT", "它是我的", true)], reports.EnumerateArray().Select(r => (Text(r, "userId"), Text(r, "reason"), Text(r, "note"), r.GetProperty("isOpen").GetBoolean())));
        var seen = (await admin.GetAsync("/api/v1/admin/reports")).Data[0].GetProperty("reportsVersion").GetInt64();
        Assert.Equal(Text(reports[0], "createdAt"), Text((await ReportAsync(other, "OTHER")).Expect(HttpStatusCode.OK).Data, "createdAt")); // said twice
        Assert.Equal(seen, (await admin.GetAsync("/api/v1/admin/reports")).Data[0].GetProperty("reportsVersion").GetInt64());
        (await ReportAsync(third, "HATE")).Expect(HttpStatusCode.OK);

        (await admin.SendAsync(HttpMethod.Post, $"{Moderated}/{model}/reports/dismiss", body: null, ("If-Match", $"\"{seen}\""))).Expect(HttpStatusCode.PreconditionFailed); // one came that he did not see
        Assert.Equal([(model, 3L), (quiet, 1L)], await ReportedAsync(admin));
        var settled = (await admin.SendAsync(HttpMethod.Post, $"{Moderated}/{model}/reports/dismiss", body: null, ("If-Match", $"\"{seen + 1}\""))).Expect(HttpStatusCode.OK);
        Assert.Equal(0, settled.Data.GetProperty("reportCount").GetInt64());
        (await admin.PostAsync($"{Moderated}/{model}/reports/dismiss")).Expect(HttpStatusCode.OK); // nothing left
        (await admin.PostAsync($"{Moderated}/nobody/reports/dismiss")).ExpectError(HttpStatusCode.NotFound, "REPORTS_NOT_FOUND");
        Assert.Equal([(quiet, 1L)], await ReportedAsync(admin));
        Assert.All((await admin.GetAsync($"{Moderated}/{model}/reports")).Data.EnumerateArray(), r => Assert.False(r.GetProperty("isOpen").GetBoolean()));
        (await ReportAsync(one, "HATE")).Expect(HttpStatusCode.OK); // a new round
        Assert.Equal([(quiet, 1L), (model, 1L)], (await ReportedAsync(admin)).OrderBy(r => r.Model == model));
        Assert.Equal("PUBLIC", Text((await owner.GetAsync(path)).Data, "visibility"));
        (await owner.GetAsync("/api/v1/admin/reports")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        var entries = (await admin.GetAsync($"/api/v1/admin/audit?entity=model/{model}")).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(["model.reports-dismissed"], entries.EnumerateArray().Select(e => Text(e, "action")));
    }

    [Fact]
    public async Task The_owner_hears_nothing_of_a_report_and_what_was_accepted_is_accepted_again()
    {
        var (owner, one, admin) = (await App.RegisterAsync(), await App.RegisterAsync(), await App.AdminAsync());
        var path = $"{Models}/{await Hand.ImportedAsync(owner, "reported")}";
        var before = (await HeardAsync(), (await owner.GetAsync(path)).Text);
        Task<Answer> ReportAsync(string reason) => one.SendAsync(HttpMethod.Post, $"{path}/report", new { reason }, ("Idempotency-Key", "report"));

        var first = (await ReportAsync("SPAM")).Expect(HttpStatusCode.OK);
        Assert.Equal(before, (await HeardAsync(), (await owner.GetAsync(path)).Text));
        var export = (await owner.GetAsync("/api/v1/users/me/export")).Expect(HttpStatusCode.OK).Text;
        Assert.DoesNotContain("report_count", export, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("reportCount", export, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(one.UserId, export, StringComparison.Ordinal);
        Assert.Contains("SPAM", (await one.GetAsync("/api/v1/users/me/export")).Expect(HttpStatusCode.OK).Text, StringComparison.Ordinal); // it is what he said

        (await owner.PostAsync($"{path}/unpublish")).Expect(HttpStatusCode.OK);
        Assert.Empty(await ReportedAsync(admin)); // what nobody sees needs no decision
        Assert.Equal(first.Text, (await ReportAsync("SPAM")).Expect(HttpStatusCode.OK).Text);
        (await ReportAsync("HATE")).ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
        (await owner.PostAsync($"{path}/publish")).Expect(HttpStatusCode.OK);
        Assert.Single(await ReportedAsync(admin));
        (await owner.SendAsync(HttpMethod.Delete, path)).Expect(HttpStatusCode.OK);
        Assert.Empty(await ReportedAsync(admin));

        async Task<string> HeardAsync() => (await owner.GetAsync($"/api/v1/changes?topic=models/{path.Split('/')[^1]}&after=0&limit=100")).Expect(HttpStatusCode.OK).Text;
    }

    [Fact]
    public async Task What_a_moderator_takes_down_stays_down_until_it_is_restored()
    {
        var (owner, other, admin) = (await App.RegisterAsync(), await App.RegisterAsync(), await App.AdminAsync());
        var model = await Hand.ImportedAsync(owner, "taken");
        var path = $"{Models}/{model}";
        (await other.PostAsync($"{path}/report", new { reason = "VIOLENCE" })).Expect(HttpStatusCode.OK);

        (await owner.PostAsync($"{Moderated}/{model}/takedown", new { reason = "no" })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await admin.PostAsync($"{Moderated}/{model}/takedown", new { reason = " " })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        (await admin.PostAsync($"{Moderated}/nobody/takedown", new { reason = "r" })).ExpectError(HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        foreach (var _ in new[] { 1, 2 })
        {
            (await admin.PostAsync($"{Moderated}/{model}/takedown", new { reason = "a weapon" })).Expect(HttpStatusCode.OK);
        }

        Assert.Empty(await ReportedAsync(admin));
        (await other.GetAsync(path)).ExpectError(HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        (await App.Anonymous().GetAsync($"{Gallery}/{model}")).Expect(HttpStatusCode.NotFound);
        (await other.PostAsync($"{path}/report", new { reason = "SPAM" })).Expect(HttpStatusCode.NotFound);
        var seen = (await owner.GetAsync(path)).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(("PRIVATE", "a weapon"), (Text(seen, "visibility"), Text(seen, "takenDownReason")));
        var down = Assert.Single((await admin.GetAsync("/api/v1/admin/takedowns")).Expect(HttpStatusCode.OK).Data.EnumerateArray());
        Assert.Equal((model, owner.UserId, "a weapon"), (Text(down, "id"), Text(down, "userId"), Text(down, "takenDownReason")));
        foreach (var who in new[] { owner, admin })
        {
            (await who.PostAsync($"{path}/publish")).ExpectError(HttpStatusCode.Conflict, "MODEL_TAKEN_DOWN");
        }

        (await admin.PostAsync($"{Moderated}/{model}/restore")).Expect(HttpStatusCode.OK);
        (await admin.PostAsync($"{Moderated}/{model}/restore")).Expect(HttpStatusCode.OK);
        Assert.Empty((await admin.GetAsync("/api/v1/admin/takedowns")).Data.EnumerateArray());
        Assert.Equal("PRIVATE", Text((await owner.GetAsync(path)).Data, "visibility"));
        var published = (await owner.PostAsync($"{path}/publish")).Expect(HttpStatusCode.OK).Data;
        Assert.Empty(await ReportedAsync(admin)); // the takedown settled what was reported before
        Assert.Equal(("PUBLIC", JsonValueKind.Null), (Text(published, "visibility"), published.GetProperty("takenDownReason").ValueKind));
        var entries = (await admin.GetAsync($"/api/v1/admin/audit?entity=model/{model}")).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(["model.restored", "model.taken-down"], entries.EnumerateArray().Select(e => Text(e, "action")));
    }

    private static async Task<List<string>> FoundAsync(ActorsClient client, string query) =>
        [.. (await client.GetAsync($"{Gallery}?{query}")).Expect(HttpStatusCode.OK).Data.EnumerateArray().Select(m => Text(m, "id")!)];

    private static async Task<List<(string Model, long Reports)>> ReportedAsync(ActorsClient admin) =>
        [.. (await admin.GetAsync("/api/v1/admin/reports")).Expect(HttpStatusCode.OK).Data.EnumerateArray().Select(m => (Text(m, "id")!, m.GetProperty("reportCount").GetInt64()))];

    private static IEnumerable<string?> Tags(JsonElement model) => model.GetProperty("tags").EnumerateArray().Select(t => t.GetString());
}

/// <inheritdoc/>
public sealed class GalleryHttpOnSqliteTests : GalleryHttpTests
{
    protected override Task<ActorsApp> StartAsync() => Task.FromResult(new ActorsApp(null, ByHand));
}

/// <inheritdoc/>
public sealed class GalleryHttpOnPostgresTests(PostgresServer server) : GalleryHttpTests
{
    protected override async Task<ActorsApp> StartAsync() => new(await server.CreateDatabaseAsync(), ByHand);
}
