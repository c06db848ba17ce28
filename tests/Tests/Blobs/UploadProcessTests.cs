using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Actors.Cluster;
using Actors.Infrastructure;

namespace Actors.Blobs;

/// <summary>Files through real processes and sockets.</summary>
public sealed class UploadProcessTests(PostgresServer server, CephGateway ceph)
{
    private const int Large = 5_000_000;

    /// <summary>Three parts.</summary>
    private const int Parts = 20_000_000;

    [Fact]
    public async Task One_process_takes_large_files_gives_ranges_of_them_and_keeps_them_when_it_is_killed()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var (user, bytes) = (await ActorsClient.RegisteredAsync(actors.Client), Files.Png(Large));

        var id = await user.UploadAsync(actors.Client, bytes);
        using var whole = await user.OpenStreamAsync($"/api/v1/files/{id}", lastEventId: null, TestContext.Current.CancellationToken);
        var url = whole.RequestMessage!.RequestUri!;
        await actors.KillAsync();
        await actors.RestartAsync();

        Assert.Equal(bytes, await actors.Client.GetByteArrayAsync(url)); // the URL of before, too
        using var part = await SendAsync(actors.Client, HttpMethod.Get, url, r => r.Headers.Range = new RangeHeaderValue(4_999_990, null));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[4_999_990..], await part.Content.ReadAsByteArrayAsync());
        using var head = await SendAsync(actors.Client, HttpMethod.Head, url, _ => { });
        Assert.Equal((HttpStatusCode.OK, Large), (head.StatusCode, head.Content.Headers.ContentLength));
        using var behind = await SendAsync(actors.Client, HttpMethod.Get, url, r => r.Headers.Range = new RangeHeaderValue(Large, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, behind.StatusCode);
        using var known = await SendAsync(actors.Client, HttpMethod.Get, url, r => r.Headers.IfNoneMatch.Add(head.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Fact]
    public async Task Parts_that_arrived_are_there_when_the_process_was_killed_and_the_others_follow()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var (user, bytes) = (await ActorsClient.RegisteredAsync(actors.Client), Files.Png(Parts));
        var id = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        await user.UploadPartsAsync(actors.Client, id, bytes, 2);

        await actors.KillAsync();
        await actors.RestartAsync();

        var received = (await user.ListPartsAsync(id)).Expect(HttpStatusCode.OK).Data.GetProperty("received");
        Assert.Equal(2, Assert.Single(received.EnumerateArray()).GetProperty("number").GetInt32());
        await user.UploadPartsAsync(actors.Client, id, bytes, 3, 1);
        Assert.Equal(Files.Hash(bytes), (await user.CompleteLargeAsync(id)).Expect(HttpStatusCode.OK).Data.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing_behind_and_can_be_sent_again()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var (user, bytes) = (await ActorsClient.RegisteredAsync(actors.Client), Files.Png(Large));
        var ticket = (await user.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        var id = ticket.GetProperty("id").GetString()!;

        var drafts = Path.Combine(actors.DataFolder, "blobs", ".drafts");
        using (await SendHalfAsync(actors.Url, ticket.GetProperty("uploadUrl").GetString()!, bytes))
        {
            await UntilAsync(() => Directory.Exists(drafts) && Directory.GetFiles(drafts, "*", SearchOption.AllDirectories).Length == 1, "Nothing arrives.");
        }

        await UntilAsync(() => Directory.GetFileSystemEntries(drafts).Length == 0, "Half a file is left.");
        (await user.CompleteAsync(id)).ExpectError(HttpStatusCode.Conflict, "UPLOAD_MISSING");
        (await Files.PutAsync(actors.Client, ticket, bytes)).EnsureSuccessStatusCode();
        (await user.CompleteAsync(id)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task In_a_cluster_files_go_to_the_object_store_past_frontends_and_silos()
    {
        await using var cluster = new ActorsCluster(await server.CreateDatabaseAsync(), await ceph.SettingsAsync("__"));
        cluster.LaunchSilo();
        cluster.LaunchSilo();
        await Task.WhenAll(cluster.LaunchFrontend().UntilReadyAsync(), cluster.LaunchFrontend().UntilReadyAsync());
        var (one, bytes) = (await ActorsClient.RegisteredAsync(cluster.Frontends[0].Client), Files.Png(Large));
        var other = new ActorsClient(cluster.Frontends[1].Client) { Token = one.Token };

        var ticket = (await one.AnnounceAsync(bytes)).Expect(HttpStatusCode.Created).Data;
        Assert.StartsWith((await ceph.UrlAsync()).ToString(), ticket.GetProperty("uploadUrl").GetString());
        (await Files.PutAsync(cluster.Frontends[0].Client, ticket, bytes)).EnsureSuccessStatusCode();
        var file = (await other.CompleteAsync(ticket.GetProperty("id").GetString()!)).Expect(HttpStatusCode.OK).Data;

        using var read = await Files.ReadAsync(cluster.Frontends[0].Client, file.GetProperty("url").GetString()!);
        Assert.Equal(bytes, await read.Content.ReadAsByteArrayAsync());

        var large = Files.Png(Parts);
        var id = (await one.AnnounceAsync(large)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        await one.UploadPartsAsync(cluster.Frontends[0].Client, id, large, 3, 1);
        Assert.Equal(2, (await other.ListPartsAsync(id)).Expect(HttpStatusCode.OK).Data.GetProperty("received").GetArrayLength());
        await other.UploadPartsAsync(cluster.Frontends[1].Client, id, large, 2);
        (await one.CompleteLargeAsync(id)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cluster_without_an_object_store_says_so_and_does_everything_else()
    {
        await using var cluster = await ActorsCluster.StartAsync(await server.CreateDatabaseAsync(), silos: 1, frontends: 1);
        var user = await ActorsClient.RegisteredAsync(cluster.Frontends[0].Client);

        (await user.AnnounceAsync(Files.Png(100))).ExpectError(HttpStatusCode.ServiceUnavailable, "FILES_NOT_CONFIGURED");
        (await user.GetAsync("/api/v1/blobs/image/2026/01/x")).ExpectError(HttpStatusCode.NotFound, "NOT_FOUND");
        await user.CreateWorkOrderAsync();
        await UntilAsync(
            () => cluster.Silos[0].Output.Contains("There is no store of files", StringComparison.Ordinal), "The silo does not say that there is no store.");
    }

    private static Task UntilAsync(Func<bool> question, string otherwise) =>
        Waiting.UntilAsync(() => Task.FromResult(question()), TimeSpan.FromSeconds(20), () => otherwise);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, Uri url, Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(method, url);
        change(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<TcpClient> SendHalfAsync(Uri server, string url, byte[] bytes)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var stream = client.GetStream();
        var head = string.Create(
            CultureInfo.InvariantCulture, $"PUT {url} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: image/png\r\nContent-Length: {bytes.Length}\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        return client;
    }
}
