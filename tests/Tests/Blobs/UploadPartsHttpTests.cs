using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Blobs;

/// <summary>Uploads in parts over HTTP, on every store of files.</summary>
public abstract class UploadPartsHttpTests : HttpTests
{
    /// <summary>Three parts; the largest picture.</summary>
    private const int Large = 20 * 1024 * 1024;

    private HttpClient Server => App.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    private IBlobStore Store => App.Services.GetRequiredService<IBlobStore>();

    [Fact]
    public async Task Parts_come_in_any_order_and_who_was_cut_off_goes_on_with_those_that_are_missing()
    {
        var (user, bytes) = (await App.RegisterAsync(), Files.Png(Large));
        var id = await AnnounceAsync(user, bytes);
        AssertParts((await user.ListPartsAsync(id)).Expect(HttpStatusCode.OK).Data, []);
        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_MISSING");

        await user.UploadPartsAsync(Server, id, bytes, 3, 1);
        var early = (await user.CompleteLargeAsync(id)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_MISSING");
        Assert.EndsWith(": 2.", early.Error.GetProperty("message").GetString());
        AssertParts((await user.ListPartsAsync(id)).Expect(HttpStatusCode.OK).Data, [(1, 8_388_608), (3, 4_194_304)]);
        await user.UploadPartsAsync(Server, id, bytes, 2, 3);

        var file = (await user.CompleteLargeAsync(id)).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(Files.Hash(bytes), file.GetProperty("sha256").GetString());
        using var read = await Files.ReadAsync(Server, file.GetProperty("url").GetString()!);
        Assert.Equal("image/png", read.Content.Headers.ContentType!.ToString());
        Assert.Equal(Files.Hash(bytes), Files.Hash(await read.Content.ReadAsByteArrayAsync()));
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
        (await user.SignPartsAsync(id, 1)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXISTS");
        (await user.ListPartsAsync(id)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXISTS");
    }

    [Fact]
    public async Task All_who_ask_at_once_send_parts_of_the_same_upload()
    {
        var (user, bytes) = (await App.RegisterAsync(), Files.Png(1_000));
        var id = await AnnounceAsync(user, bytes);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.SignPartsAsync(id, 1)));

        var parts = answers.Select(a => a.Expect(HttpStatusCode.OK).Data.GetProperty("parts")[0]).ToList();
        foreach (var part in parts)
        {
            (await Files.PutAsync(Server, part, bytes)).EnsureSuccessStatusCode();
        }

        Assert.Equal((1_000, 1, "PUT"), (parts[0].GetProperty("size").GetInt32(), parts[0].GetProperty("number").GetInt32(), parts[0].GetProperty("method").GetString()));
        AssertParts((await user.ListPartsAsync(id)).Data, [(1, 1_000)], count: 1);
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
        using var late = await Files.PutAsync(Server, parts[0], bytes);
        Assert.True((int)late.StatusCode is >= 400 and < 500, $"{late.StatusCode}");
    }

    [Fact]
    public async Task What_is_put_whole_before_the_parts_are_complete_stays()
    {
        var (user, whole, bytes) = (await App.RegisterAsync(), Files.Png(1_000), Files.Png(1_000));
        var ticket = await AnnounceWithoutHashAsync(user, 1_000);
        var id = ticket.GetProperty("id").GetString()!;
        await user.UploadPartsAsync(Server, id, bytes, 1);
        (await Files.PutAsync(Server, ticket, whole)).EnsureSuccessStatusCode();

        var file = (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK).Data;

        Assert.Equal(Files.Hash(whole), file.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task What_became_of_parts_cannot_be_replaced_by_the_url_of_the_ticket()
    {
        var (user, bytes) = (await App.RegisterAsync(), Files.Png(1_000));
        var ticket = await AnnounceWithoutHashAsync(user, 1_000);
        var id = ticket.GetProperty("id").GetString()!;
        await user.UploadPartsAsync(Server, id, bytes, 1);
        var file = (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK).Data;

        using var replaced = await Files.PutAsync(Server, ticket, Files.Png(1_000));

        Assert.True((int)replaced.StatusCode is >= 400 and < 500, $"{replaced.StatusCode}");
        using var read = await Files.ReadAsync(Server, file.GetProperty("url").GetString()!);
        Assert.Equal(bytes, await read.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Parts_that_became_one_before_anybody_wrote_so_are_completed_by_the_next_call()
    {
        var (user, bytes) = (await App.RegisterAsync(), Files.Png(1_000));
        var id = await AnnounceAsync(user, bytes);
        await user.UploadPartsAsync(Server, id, bytes, 1);
        var (key, partsId, _) = await RowAsync(id);

        Assert.Equal(BlobPutStatus.Stored, await Store.CompletePartsAsync(key, partsId!, new ExpectedBlob("image/png", 1_000), TestContext.Current.CancellationToken));

        var left = (await user.GetAsync($"/api/v1/uploads/{id}/parts")).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(1_000, left.GetProperty("received")[0].GetProperty("size").GetInt64()); // nothing is left to send
        (await user.SignPartsAsync(id, 1)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXISTS");
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Parts_of_other_bytes_than_announced_are_refused_and_gone()
    {
        var user = await App.RegisterAsync();
        var id = await AnnounceAsync(user, Files.Png(1_000));
        await user.UploadPartsAsync(Server, id, Files.Png(1_000), 1);

        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.UnprocessableEntity, "UPLOAD_HASH_DIFFERS");

        (await user.SignPartsAsync(id, 1)).ExpectError(HttpStatusCode.UnprocessableEntity, "UPLOAD_HASH_DIFFERS");
        await AssertGoneAsync(id);
    }

    [Fact]
    public async Task Parts_go_with_the_upload_that_is_given_up()
    {
        var (user, bytes) = (await App.RegisterAsync(), Files.Png(1_000));
        var id = await AnnounceAsync(user, bytes);
        var part = (await user.SignPartsAsync(id, 1)).Expect(HttpStatusCode.OK).Data.GetProperty("parts")[0];
        (await Files.PutAsync(Server, part, bytes)).EnsureSuccessStatusCode();

        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}")).Expect(HttpStatusCode.OK);

        (await user.SignPartsAsync(id, 1)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        (await user.ListPartsAsync(id)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        using var late = await Files.PutAsync(Server, part, bytes);
        Assert.True((int)late.StatusCode is >= 400 and < 500, $"{late.StatusCode}");
        await AssertGoneAsync(id);
    }

    [Fact]
    public async Task Parts_of_somebody_else_s_upload_do_not_exist()
    {
        var (owner, stranger) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await AnnounceAsync(owner, Files.Png(100));

        (await stranger.SignPartsAsync(id, 1)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        (await stranger.ListPartsAsync(id)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");

        Assert.Null((await RowAsync(id)).PartsId);
    }

    public static TheoryData<string, string> BadNumbers => new()
    {
        { "none", "[]" },
        { "null", "null" },
        { "zero", "[0]" },
        { "negative", "[-1]" },
        { "beyond the last", "[129]" },
        { "beyond 32 bits", "[4294967297]" },
        { "twice", "[1,2,1]" },
        { "too many", $"[{string.Join(',', Enumerable.Range(1, 101))}]" },
        { "a number", "1" },
        { "text", "[\"1\"]" },
        { "a fraction", "[1.5]" },
        { "a null among them", "[1,null]" },
        { "an object", "[{}]" },
    };

    [Theory]
    [MemberData(nameof(BadNumbers))]
    public async Task Bad_numbers_are_refused_and_begin_nothing(string what, string numbers)
    {
        var user = await App.RegisterAsync();
        var announced = await user.PostAsync("/api/v1/uploads", new { purpose = "media", contentType = "video/mp4", size = 1024 * 1024 * 1024 });
        var id = announced.Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;

        var refused = await user.SendTextAsync(HttpMethod.Post, $"/api/v1/uploads/{id}/parts", $$"""{"numbers":{{numbers}}}""", "application/json");

        Assert.True(refused.Status == HttpStatusCode.BadRequest, $"{what}: {refused.Text}");
        Assert.StartsWith("numbers", refused.Error.GetProperty("details")[0].GetProperty("field").GetString());
        Assert.Equal((null, 1L), ((await RowAsync(id)).PartsId, (await RowAsync(id)).Version));
        (await user.SignPartsAsync(id, [.. Enumerable.Range(29, 100)])).Expect(HttpStatusCode.OK);
    }

    private static void AssertParts(JsonElement parts, (int Number, int Size)[] received, int count = 3)
    {
        Assert.Equal((8_388_608, count), (parts.GetProperty("partSize").GetInt32(), parts.GetProperty("partCount").GetInt32()));
        Assert.Equal(received, parts.GetProperty("received").EnumerateArray().Select(p => (p.GetProperty("number").GetInt32(), p.GetProperty("size").GetInt32())));
    }

    private static async Task<string> AnnounceAsync(ActorsClient user, byte[] bytes) =>
        (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;

    private static async Task<JsonElement> AnnounceWithoutHashAsync(ActorsClient user, int size) =>
        (await user.PostAsync("/api/v1/uploads", new { purpose = "image", contentType = "image/png", size })).Expect(HttpStatusCode.Created).Data;

    private async Task<(string Key, string? PartsId, long Version)> RowAsync(string id)
    {
        var row = await App.Services.GetRequiredService<Database>().RowsOfAllUsers().FirstAsync(
            "select key, parts_id, version from blobs where id = @id", [("id", id)], row => Tuple.Create(row.GetString(0), row.GetNullableString(1), row.GetInt64(2)));
        return (row!.Item1, row.Item2, row.Item3);
    }

    private async Task AssertGoneAsync(string id)
    {
        var (key, partsId, _) = await RowAsync(id);
        Assert.Empty(await Store.ListPartsAsync(key, partsId!, TestContext.Current.CancellationToken));
        Assert.Null(await Store.HeadAsync(key, TestContext.Current.CancellationToken));
    }
}

/// <inheritdoc />
public sealed class UploadPartsHttpOnFolderTests(SharedApps apps) : UploadPartsHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class UploadPartsHttpOnCephTests(SharedApps apps, PostgresServer server, CephGateway ceph) : UploadPartsHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAndCephAsync(server, ceph);
}
