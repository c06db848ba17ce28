using System.IO.Pipelines;
using System.Text;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Blobs;

/// <summary>The spec against a folder, whose signed URLs our own endpoints serve.</summary>
public sealed class FolderBlobStoreTests : BlobStoreSpec
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-blobs-").FullName;
    private WebApplication? _server;

    [Fact]
    public async Task Drafts_of_puts_that_never_came_to_an_end_are_dropped_when_they_are_old()
    {
        var draft = Path.Combine(_folder, ".drafts", "0197c3b2");
        Directory.CreateDirectory(draft);
        await File.WriteAllTextAsync(Path.Combine(draft, "content"), "half", TestContext.Current.CancellationToken);
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(0, await Store.DropUnfinishedAsync(now.AddHours(-1), TestContext.Current.CancellationToken));
        Assert.Equal(1, await Store.DropUnfinishedAsync(now.AddHours(1), TestContext.Current.CancellationToken));

        Assert.Equal(0, await CountRemainsAsync());
    }

    [Fact]
    public async Task A_part_that_breaks_off_leaves_what_was_there_of_it()
    {
        const string key = "image/2026/01/x";
        var (store, token) = ((FolderBlobStore)Store, TestContext.Current.CancellationToken);
        var part = new SignedPart(await store.BeginPartsAsync(key, "text/plain", token), 1, 4);
        await store.PutPartAsync(part, new MemoryStream(Encoding.UTF8.GetBytes("held")), token);

        await Assert.ThrowsAsync<IOException>(() => store.PutPartAsync(part, new DrippingStream(new byte[4], chunk: 1, breaks: true), token));
        Assert.Equal(BlobPutStatus.SizeDiffers, (await store.PutPartAsync(part, new MemoryStream(new byte[5]), token)).Status);

        Assert.Equal(1, await CountRemainsAsync());
        Assert.Equal(BlobPutStatus.Stored, await store.CompletePartsAsync(key, part.Upload, new ExpectedBlob("text/plain", 4), token));
        await using var content = await store.GetAsync(key, 0, length: null, token);
        using var reader = new StreamReader(content!.Bytes);
        Assert.Equal("held", await reader.ReadToEndAsync(token));
    }

    [Fact]
    public async Task A_part_that_arrives_while_the_put_is_given_up_is_refused_and_gone()
    {
        const string key = "image/2026/01/x";
        var (store, token) = ((FolderBlobStore)Store, TestContext.Current.CancellationToken);
        var part = new SignedPart(await store.BeginPartsAsync(key, "text/plain", token), 1, 4);
        var pipe = new Pipe();
        var put = store.PutPartAsync(part, pipe.Reader.AsStream(), token);

        await store.AbortPartsAsync(key, part.Upload, token);
        await pipe.Writer.WriteAsync("late"u8.ToArray(), token);
        await pipe.Writer.CompleteAsync();

        Assert.Equal(BlobPutStatus.Missing, (await put).Status);
        Assert.Equal(0, await CountRemainsAsync());
    }

    [Fact]
    public async Task A_reader_goes_on_while_the_blob_is_deleted()
    {
        const string key = "image/2026/01/x";
        await Store.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes("held")), new ExpectedBlob("text/plain"), TestContext.Current.CancellationToken);
        await using var content = await Store.GetAsync(key, 0, length: null, TestContext.Current.CancellationToken);

        await Store.DeleteAsync(key, TestContext.Current.CancellationToken);

        using var reader = new StreamReader(content!.Bytes);
        Assert.Equal("held", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_signature_of_other_keys_does_not_hold()
    {
        var url = new FolderUrls(new OneSecret("another key than the store's")).SignGet("image/2026/01/x", DateTimeOffset.MaxValue, disposition: null);

        Assert.Null(Read(url, new FolderUrls(new OneSecret("key"))));
        Assert.NotNull(Read(url, new FolderUrls(new OneSecret("another key than the store's"))));
    }

    [Theory]
    [InlineData("disposition=inline", "disposition=attachment")]
    [InlineData("expires=", "expires=9")]
    [InlineData("signature=", "signature=0")]
    [InlineData("&signature=", "&sha256=00&signature=")]
    [InlineData("disposition=inline&", "")]
    public void A_changed_url_does_not_hold(string part, string changed)
    {
        var urls = new FolderUrls(new OneSecret("key"));
        var url = urls.SignGet("image/2026/01/x", DateTimeOffset.UnixEpoch.AddYears(100), "inline");

        Assert.Equal("inline", Read(url, urls)!.Disposition);
        var other = url.Replace(part, changed, StringComparison.Ordinal);
        // What a GET does not know of changes nothing.
        Assert.Equal(changed.StartsWith("&sha256", StringComparison.Ordinal), Read(other, urls) is not null);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    protected override HttpClient Http() => _server!.GetTestClient();

    protected override Task<int> CountRemainsAsync()
    {
        var kinds = Directory.GetDirectories(_folder).Where(f => !f.EndsWith(".drafts", StringComparison.Ordinal));
        var drafts = new DirectoryInfo(Path.Combine(_folder, ".drafts"));
        return Task.FromResult(
            kinds.Sum(k => Directory.GetFiles(k, "content", SearchOption.AllDirectories).Length) + (drafts.Exists ? drafts.GetFileSystemInfos().Length : 0));
    }

    private protected override async Task<IBlobStore> CreateAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new FolderUrls(new OneSecret("key")));
        builder.Services.AddSingleton(p => new FolderBlobStore(
            _folder, p.GetRequiredService<FolderUrls>(), TimeProvider.System, NullLogger<FolderBlobStore>.Instance));
        builder.Services.AddSingleton<IBlobStore>(p => p.GetRequiredService<FolderBlobStore>());
        builder.Services.AddSingleton<IFolderParts>(p => p.GetRequiredService<FolderBlobStore>());
        builder.Services.AddExceptionHandler<Failures>();
        _server = builder.Build();
        _server.UseExceptionHandler(static _ => { });
        _server.MapGroup(Api.Prefix).MapFolder();
        await _server.StartAsync(TestContext.Current.CancellationToken);
        return _server.Services.GetRequiredService<IBlobStore>();
    }

    private static SignedBlobUrl? Read(string url, FolderUrls urls)
    {
        var query = url.IndexOf('?');
        return urls.Read("GET", url[FolderUrls.Prefix.Length..query], new Microsoft.AspNetCore.Http.QueryCollection(
            Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url[query..])));
    }

    /// <summary>The keys of one test.</summary>
    private sealed class OneSecret(string secret) : ISecrets
    {
        public string Protect(string purpose, byte[] secret) => throw new NotSupportedException();

        public byte[] Unprotect(string purpose, string text) => throw new NotSupportedException();

        public byte[] DeriveKey(string purpose) => Encoding.UTF8.GetBytes($"{purpose}/{secret}");
    }
}
