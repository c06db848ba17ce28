using System.Net;
using Actors.Inboxes;
using Actors.Infrastructure;
using Actors.Storage;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Blobs;

/// <summary>What is left over goes, and nothing else, on every store of files.</summary>
public abstract class BlobSweepTests : IAsyncLifetime
{
    private AppWithClock _app = null!;
    private ActorsClient _user = null!;

    private IBlobStore Store => _app.Services.GetRequiredService<IBlobStore>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<AppWithClock> StartAsync();

    public async ValueTask InitializeAsync()
    {
        _app = await StartAsync();
        _user = await _app.RegisterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_ticket_ends_with_its_time_and_what_was_uploaded_by_it_goes()
    {
        var (asked, forgotten) = (await AnnounceAndPutAsync(), await AnnounceAndPutAsync());
        _app.Clock.Ahead = TimeSpan.FromMinutes(61);

        (await _user.CompleteAsync(asked)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");
        (await _user.CompleteAsync(asked)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");
        await SweepAsync();
        (await _user.CompleteAsync(forgotten)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");

        Assert.Empty(await KeysAsync());
        Assert.Equal(0, await CountAsync("blob_quota_items"));
    }

    [Fact]
    public async Task Parts_end_with_the_time_of_their_ticket()
    {
        var bytes = Files.Png(100);
        var ids = new List<string>();
        foreach (var _ in new[] { 1, 2 })
        {
            ids.Add((await _user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!);
            await _user.UploadPartsAsync(_app.CreateClient(), ids[^1], bytes, 1);
        }

        _app.Clock.Ahead = TimeSpan.FromMinutes(61);
        (await _user.SignPartsAsync(ids[0], 1)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");
        await SweepAsync();
        (await _user.ListPartsAsync(ids[1])).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");

        var puts = await _app.Services.GetRequiredService<Database>().RowsOfAllUsers()
            .ListAsync("select key, parts_id from blobs where parts_id is not null", [], row => (Key: row.GetString(0), Id: row.GetString(1)), Token);
        Assert.Equal(2, puts.Length);
        foreach (var put in puts)
        {
            Assert.Empty(await Store.ListPartsAsync(put.Key, put.Id, Token));
        }

        Assert.Equal(0, await CountAsync("blob_quota_items"));
    }

    [Fact]
    public async Task One_round_ends_more_tickets_than_one_batch_has()
    {
        await Parallel.ForAsync(0, 101, Token, async (_, _) => (await _user.AnnounceAsync(Files.Png(10))).Expect(HttpStatusCode.Created));
        _app.Clock.Ahead = TimeSpan.FromMinutes(61);

        Assert.Equal(101, (await SweepAsync()).Expired);
    }

    [Fact]
    public async Task A_repetition_of_an_announcement_that_comes_after_its_end_is_told_so()
    {
        var bytes = Files.Png(10);
        (await _user.AnnounceAsync(bytes, "key")).Expect(HttpStatusCode.Created);
        _app.Clock.Ahead = TimeSpan.FromMinutes(61);

        (await _user.AnnounceAsync(bytes, "key")).ExpectError(HttpStatusCode.Conflict, "UPLOAD_EXPIRED");
    }

    [Fact]
    public async Task What_no_row_knows_goes_when_it_is_old_and_what_one_knows_stays()
    {
        var bytes = Files.Png(100);
        var stored = await _user.UploadAsync(_app.CreateClient(), bytes);
        await PutOrphanAsync("image/2026/01/orphan");
        await PutOrphanAsync("nobody/2020/12/orphan");

        await SweepAsync();
        Assert.Equal(3, (await KeysAsync()).Count);

        _app.Clock.Ahead = TimeSpan.FromDays(3);
        await SweepAsync();
        Assert.EndsWith(stored, Assert.Single(await KeysAsync()));
        var reader = new ActorsClient(_app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false })) { Token = _user.Token };
        (await reader.GetAsync($"/api/v1/files/{stored}")).Expect(HttpStatusCode.Found);
    }

    [Fact]
    public async Task A_deleted_blob_is_forgotten_a_while_later_with_what_its_ticket_brought_after_that()
    {
        var bytes = Files.Png(100);
        var ticket = (await _user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        var id = ticket.GetProperty("id").GetString()!;
        (await _user.SendAsync(HttpMethod.Delete, $"/api/v1/uploads/{id}")).Expect(HttpStatusCode.OK);
        (await Files.PutAsync(_app.CreateClient(), ticket, bytes)).EnsureSuccessStatusCode();
        await SweepAsync();
        Assert.Equal((1, 1), (await CountAsync("blobs"), (await KeysAsync()).Count));

        _app.Clock.Ahead = TimeSpan.FromDays(3);
        await SweepAsync();

        Assert.Equal((0, 0), (await CountAsync("blobs"), (await KeysAsync()).Count));
        (await _user.CompleteAsync(id)).ExpectError(HttpStatusCode.NotFound, "FILE_NOT_FOUND");
    }

    [Fact]
    public async Task Quota_that_was_reserved_for_a_blob_that_never_came_is_given_back()
    {
        await AnnounceAndPutAsync();
        await _app.AsAsync(Caller.System, async grains =>
        {
            await grains.GetGrain<IBlobQuotaGrain>(_user.UserId).Reserve("never", 50);
            return true;
        });
        await SweepAsync();
        Assert.Equal(2, await CountAsync("blob_quota_items"));

        _app.Clock.Ahead = TimeSpan.FromMinutes(11);
        await SweepAsync();

        Assert.Equal(1, await CountAsync("blob_quota_items"));
    }

    [Fact]
    public async Task Files_of_a_user_who_deleted_his_account_go()
    {
        await _user.UploadAsync(_app.CreateClient(), Files.Png(100));
        await AnnounceAndPutAsync();
        var another = await _app.RegisterAsync();
        var stays = await another.UploadAsync(_app.CreateClient(), Files.Png(100));

        (await _user.SendAsync(HttpMethod.Delete, "/api/v1/users/me", new { password = ActorsClient.Password })).Expect(HttpStatusCode.OK);
        await SweepAsync();

        Assert.EndsWith(stays, Assert.Single(await KeysAsync()));
        Assert.Equal(1, await CountAsync("blob_quota_items"));
    }

    private Task<BlobSweep> SweepAsync() => _app.AsAsync(Caller.System, grains => grains.GetGrain<IBlobSweepGrain>(0).Sweep());

    private async Task<string> AnnounceAndPutAsync()
    {
        var bytes = Files.Png(100);
        var ticket = (await _user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        (await Files.PutAsync(_app.CreateClient(), ticket, bytes)).EnsureSuccessStatusCode();
        return ticket.GetProperty("id").GetString()!;
    }

    private async Task PutOrphanAsync(string key) => Assert.Equal(
        BlobPutStatus.Stored, (await Store.PutAsync(key, new MemoryStream([1, 2, 3]), new ExpectedBlob("image/png"), Token)).Status);

    private async Task<List<string>> KeysAsync() => [.. (await Store.ListAsync("", after: null, 100, Token)).Blobs.Select(b => b.Key)];

    private async Task<int> CountAsync(string table) => (await _app.Services.GetRequiredService<Database>().RowsOfAllUsers()
        .ListAsync($"select 1 from {table}", [], row => row.GetValue(0), Token)).Length;
}

/// <inheritdoc />
public sealed class BlobSweepOnFolderTests : BlobSweepTests
{
    private protected override Task<AppWithClock> StartAsync() => Task.FromResult(new AppWithClock());
}

/// <inheritdoc />
public sealed class BlobSweepOnCephTests(PostgresServer server, CephGateway ceph) : BlobSweepTests
{
    private protected override async Task<AppWithClock> StartAsync() => new(await server.CreateDatabaseAsync(), await ceph.SettingsAsync(":"));
}
