using System.Net;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Blobs;

/// <summary>Uploads and files over HTTP, on every store of files.</summary>
public abstract class UploadHttpTests : HttpTests
{
    private HttpClient Server => App.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    private IBlobStore Store => App.Services.GetRequiredService<IBlobStore>();

    [Fact]
    public async Task Who_uploads_a_file_reads_it_back()
    {
        var (user, bytes) = (await RegisterAsync(), Files.Png(70_000));

        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        using var put = await Files.PutAsync(Server, ticket, bytes);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        var id = ticket.GetProperty("id").GetString()!;
        var file = (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK).Data;

        Assert.Equal((id, "image", "image/png", 70_000L, Files.Hash(bytes), "图 1.png"), (
            file.GetProperty("id").GetString(), file.GetProperty("purpose").GetString(), file.GetProperty("contentType").GetString(),
            file.GetProperty("size").GetInt64(), file.GetProperty("sha256").GetString(), file.GetProperty("fileName").GetString()));
        using var read = await Files.ReadAsync(Server, file.GetProperty("url").GetString()!);
        Assert.Equal(bytes, await read.Content.ReadAsByteArrayAsync());
        Assert.Equal(("image/png", "inline", "图 1.png"), (
            read.Content.Headers.ContentType!.ToString(), read.Content.Headers.ContentDisposition!.DispositionType, read.Content.Headers.ContentDisposition.FileNameStar));

        var led = (await user.GetAsync($"/api/v1/files/{id}")).Expect(HttpStatusCode.Found);
        using var again = await Files.ReadAsync(Server, led.Message.Headers.Location!.OriginalString);
        Assert.Equal(bytes, await again.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Announcing_and_completing_may_be_repeated()
    {
        var (user, bytes) = (await RegisterAsync(), Files.Png(1_000));
        var first = (await user.AnnounceAsync(bytes, "upload-1")).Expect(HttpStatusCode.Created).Data;
        var second = (await user.AnnounceAsync(bytes, "upload-1")).Expect(HttpStatusCode.Created).Data;
        (await user.AnnounceAsync(Files.Png(1_000), "upload-1")).ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");

        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("expiresAt").GetString(), second.GetProperty("expiresAt").GetString());
        Assert.Equal((1_000L, 1L), await QuotaAsync(user));
        (await Files.PutAsync(Server, second, bytes)).EnsureSuccessStatusCode();
        var id = first.GetProperty("id").GetString()!;
        var stored = (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK).Data;
        var repeated = (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(stored.GetProperty("sha256").GetString(), repeated.GetProperty("sha256").GetString());
        Assert.Equal((1_000L, 1L), await QuotaAsync(user));
    }

    [Fact]
    public async Task What_was_not_uploaded_yet_can_still_be()
    {
        var (user, bytes) = (await RegisterAsync(), Files.Png(1_000));
        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        var id = ticket.GetProperty("id").GetString()!;

        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_MISSING");
        (await user.GetAsync($"/api/v1/files/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");

        (await Files.PutAsync(Server, ticket, bytes)).EnsureSuccessStatusCode();
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_stored_cannot_be_replaced_by_the_url_of_its_ticket()
    {
        var (user, bytes) = (await RegisterAsync(), Files.Png(1_000));
        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        (await Files.PutAsync(Server, ticket, bytes)).EnsureSuccessStatusCode();
        var file = (await user.CompleteAsync(ticket.GetProperty("id").GetString()!)).Expect(HttpStatusCode.OK).Data;

        using var replaced = await Files.PutAsync(Server, ticket, Files.Png(1_000));

        Assert.True((int)replaced.StatusCode is >= 400 and < 500, $"{replaced.StatusCode}");
        using var read = await Files.ReadAsync(Server, file.GetProperty("url").GetString()!);
        Assert.Equal(bytes, await read.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("image/png", "not a picture", null, "UPLOAD_TYPE_DIFFERS")]
    [InlineData("image/gif", "<script>alert(1)</script>", null, "UPLOAD_TYPE_DIFFERS")]
    [InlineData("image/gif", "GIF89a", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "UPLOAD_HASH_DIFFERS")]
    public async Task What_is_not_what_it_claims_to_be_is_refused_and_gone(string contentType, string content, string? sha256, string code)
    {
        var (user, bytes) = (await RegisterAsync(), System.Text.Encoding.UTF8.GetBytes(content));
        var ticket = (await user.PostAsync("/api/v1/uploads", new { purpose = "image", contentType, size = bytes.Length, sha256 }))
            .Expect(HttpStatusCode.Created).Data;
        var id = ticket.GetProperty("id").GetString()!;

        // A folder finds a wrong hash while the bytes arrive, an object store does not.
        using var put = await Files.PutAsync(Server, ticket, bytes);
        var isEarly = put.StatusCode == HttpStatusCode.UnprocessableEntity;
        var completed = await user.CompleteAsync(id);
        completed.ExpectError(isEarly ? HttpStatusCode.Conflict : HttpStatusCode.UnprocessableEntity, isEarly ? "UPLOAD_MISSING" : code);
        if (!isEarly)
        {
            (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.UnprocessableEntity, code);
            Assert.Equal((0L, 0L), await QuotaAsync(user));
        }

        await AssertNotInStoreAsync(id);
        (await user.GetAsync($"/api/v1/files/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
    }

    [Fact]
    public async Task Another_number_of_bytes_than_announced_is_refused()
    {
        var (user, bytes) = (await RegisterAsync(), Files.Png(1_000));
        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;

        foreach (var other in new[] { bytes[..999], [.. bytes, 0], [] })
        {
            using var put = await Files.PutAsync(Server, ticket, other);
            Assert.True((int)put.StatusCode is >= 400 and < 500, $"{other.Length}: {put.StatusCode}");
        }

        var id = ticket.GetProperty("id").GetString()!;
        await AssertNotInStoreAsync(id);
        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_MISSING");
    }

    [Fact]
    public async Task A_file_of_somebody_else_does_not_exist()
    {
        var (owner, stranger, bytes) = (await RegisterAsync(), await RegisterAsync(), Files.Png(100));
        var stored = await owner.UploadAsync(Server, bytes);
        var pending = (await owner.AnnounceAsync(bytes)).Data.GetProperty("id").GetString()!;

        foreach (var id in new[] { stored, pending, "nobody" })
        {
            (await stranger.GetAsync($"/api/v1/files/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
            (await stranger.CompleteAsync(id)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
            (await stranger.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
        }

        (await owner.GetAsync($"/api/v1/files/{stored}")).Expect(HttpStatusCode.Found);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_with_its_bytes_and_its_place_in_the_quota()
    {
        var user = await RegisterAsync();
        var stored = await user.UploadAsync(Server, Files.Png(100));
        var pending = (await user.AnnounceAsync(Files.Png(100))).Data.GetProperty("id").GetString()!;
        var url = (await user.GetAsync($"/api/v1/files/{stored}")).Message.Headers.Location!.OriginalString;
        Assert.Equal((200L, 2L), await QuotaAsync(user));

        foreach (var id in new[] { stored, pending })
        {
            (await user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}", null, ("Idempotency-Key", id))).Expect(HttpStatusCode.OK);
            (await user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}", null, ("Idempotency-Key", id))).Expect(HttpStatusCode.OK);
            (await user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}")).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
            (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
            await AssertNotInStoreAsync(id);
        }

        using var read = await Files.ReadAsync(Server, url);
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        Assert.Equal((0L, 0L), await QuotaAsync(user));
    }

    [Theory]
    [InlineData("""{"contentType":"image/png","size":1}""", "purpose")]
    [InlineData("""{"purpose":"image","size":1}""", "contentType")]
    [InlineData("""{"purpose":"image","contentType":"image/png"}""", "size")]
    [InlineData("""{"purpose":"image","contentType":"text/html","size":1}""", "contentType")]
    [InlineData("""{"purpose":"image","contentType":"image/svg+xml","size":1}""", "contentType")]
    [InlineData("""{"purpose":"image","contentType":"IMAGE/PNG","size":1}""", "contentType")]
    [InlineData("""{"purpose":"model","contentType":"image/png","size":1}""", "contentType")]
    [InlineData("""{"purpose":"image","contentType":"image/png; charset=utf-8","size":1}""", "contentType")]
    [InlineData("""{"purpose":"image","contentType":"image/png","size":0}""", "size")]
    [InlineData("""{"purpose":"image","contentType":"image/png","size":-1}""", "size")]
    [InlineData("""{"purpose":"image","contentType":"image/png","size":20971521}""", "size")]
    [InlineData("""{"purpose":"image","contentType":"image/png","size":1,"sha256":"00"}""", "sha256")]
    [InlineData("""{"purpose":"image","contentType":"image/png","size":1,"fileName":"../x"}""", "fileName")]
    [InlineData("""{"purpose":"image","contentType":"image/png","size":1,"fileName":" "}""", "fileName")]
    [InlineData("""{"purpose":"anything","contentType":"image/png","size":1}""", "purpose")]
    public async Task A_bad_announcement_names_the_field_at_fault(string body, string field)
    {
        var user = await RegisterAsync();

        var refused = (await user.SendTextAsync(HttpMethod.Post, "/api/v1/uploads", body, "application/json"))
            .ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

        Assert.Equal(field, refused.Error.GetProperty("details")[0].GetProperty("field").GetString());
        Assert.Equal((0L, 0L), await QuotaAsync(user));
    }

    private async Task<ActorsClient> RegisterAsync()
    {
        var user = new ActorsClient(Server);
        await user.RegisterAsync();
        return user;
    }

    private async Task<(long Bytes, long Files)> QuotaAsync(ActorsClient user)
    {
        var database = App.Services.GetRequiredService<Database>().RowsOf(user.UserId);
        var sums = await database.FirstAsync(
            "select coalesce(sum(size), 0), count(*) from blob_quota_items where owner_id = @id", [("id", user.UserId)], row => Tuple.Create(Convert.ToInt64(row.GetValue(0)), row.GetInt64(1)));
        var kept = await database.FirstAsync(
            "select bytes, files from blob_quotas where id = @id", [("id", user.UserId)], row => Tuple.Create(row.GetInt64(0), row.GetInt64(1)));
        Assert.Equal(sums, kept ?? Tuple.Create(0L, 0L));
        return (sums!.Item1, sums.Item2);
    }

    private async Task AssertNotInStoreAsync(string id)
    {
        for (string? after = null; ;)
        {
            var page = await Store.ListAsync("image/", after, 1_000, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(page.Blobs, b => b.Key.EndsWith(id, StringComparison.Ordinal));
            if ((after = page.After) is null)
            {
                return;
            }
        }
    }
}

/// <inheritdoc />
public sealed class UploadHttpOnFolderTests(SharedApps apps) : UploadHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class UploadHttpOnCephTests(SharedApps apps, PostgresServer server, CephGateway ceph) : UploadHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAndCephAsync(server, ceph);
}
