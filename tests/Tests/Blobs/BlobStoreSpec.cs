using System.Security.Cryptography;

namespace Actors.Blobs;

/// <summary>What every blob store promises.</summary>
public abstract partial class BlobStoreSpec : IAsyncLifetime
{
    private const string Png = "image/png";

    /// <summary>More than two parts of a multipart upload, and not a whole number of them.</summary>
    private const int Large = 20 * 1024 * 1024;

    private protected IBlobStore Store { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<IBlobStore> CreateAsync();

    /// <summary>Whatever lies in the store: finished, unfinished, or forgotten.</summary>
    protected abstract Task<int> CountRemainsAsync();

    /// <summary>A client of signed URLs.</summary>
    protected abstract HttpClient Http();

    public async ValueTask InitializeAsync() => Store = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(8 * 1024 * 1024)]
    [InlineData(Large)]
    public async Task What_was_put_is_got_with_its_size_hash_and_type(int size)
    {
        var (key, bytes) = (NewKey(), Bytes(size));

        var put = await PutAsync(key, bytes);

        Assert.Equal(new BlobPut(BlobPutStatus.Stored, size, Hash(bytes)), put);
        var known = await Store.HeadAsync(key, Token);
        Assert.Equal((key, (long)size, Png), (known!.Key, known.Size, known.ContentType));
        Assert.Matches("^\"[^\"]+\"$", known.ETag);
        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(known, content!.Blob);
        Assert.Equal(Hash(bytes), Hash(await ReadAsync(content)));
    }

    [Fact]
    public async Task A_stream_that_does_not_know_its_length_and_comes_in_drops_is_stored_whole()
    {
        var (key, bytes) = (NewKey(), Bytes(300_000));

        await Store.PutAsync(key, new DrippingStream(bytes), new ExpectedBlob(Png), Token);

        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(bytes, await ReadAsync(content!));
    }

    [Theory]
    [InlineData(0, 1L, 0, 1)]
    [InlineData(10, 5L, 10, 5)]
    [InlineData(90, 100L, 90, 10)]
    [InlineData(40, null, 40, 60)]
    [InlineData(100, null, 0, 0)]
    [InlineData(1_000, 5L, 0, 0)]
    [InlineData(5, 0L, 0, 0)]
    public async Task A_range_gives_the_bytes_that_it_names(long from, long? length, int start, int count)
    {
        var (key, bytes) = (NewKey(), Bytes(100));
        await PutAsync(key, bytes);

        await using var content = await Store.GetAsync(key, from, length, Token);

        Assert.Equal(bytes.AsSpan(start, count).ToArray(), await ReadAsync(content!));
        Assert.Equal(100, content!.Blob.Size);
    }

    [Fact]
    public async Task There_is_nothing_under_a_key_that_was_not_put()
    {
        var key = NewKey();

        Assert.Null(await Store.HeadAsync(key, Token));
        Assert.Null(await Store.GetAsync(key, 0, length: null, Token));
        Assert.Null(await Store.GetAsync(key, 5, 5, Token));
        await Store.DeleteAsync(key, Token);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(Large)]
    public async Task A_put_never_overwrites(int size)
    {
        var (key, first) = (NewKey(), Bytes(10));
        await PutAsync(key, first);

        Assert.Equal(BlobPutStatus.Exists, (await PutAsync(key, Bytes(size, seed: 2))).Status);

        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(first, await ReadAsync(content!));
        Assert.Equal(1, await CountRemainsAsync());
    }

    [Fact]
    public async Task Of_many_that_put_one_key_at_once_one_succeeds()
    {
        var key = NewKey();
        var bodies = Enumerable.Range(0, 8).Select(seed => Bytes(50_000, seed)).ToList();

        var puts = await Task.WhenAll(bodies.Select(bytes => Task.Run(() => PutAsync(key, bytes))));

        var winner = Assert.Single(puts, p => p.Status == BlobPutStatus.Stored);
        Assert.All(puts.Where(p => p != winner), p => Assert.Equal(BlobPutStatus.Exists, p.Status));
        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(winner.Sha256, Hash(await ReadAsync(content!)));
    }

    [Theory]
    [InlineData(10, 11L, null, BlobPutStatus.SizeDiffers)]
    [InlineData(10, 9L, null, BlobPutStatus.SizeDiffers)]
    [InlineData(10, null, "00", BlobPutStatus.HashDiffers)]
    [InlineData(10, null, null, BlobPutStatus.TooLarge)]
    [InlineData(Large, Large + 1L, null, BlobPutStatus.SizeDiffers)]
    [InlineData(Large, null, "00", BlobPutStatus.HashDiffers)]
    [InlineData(Large, null, null, BlobPutStatus.TooLarge)]
    public async Task What_is_not_as_expected_leaves_nothing_behind(int size, long? expectedSize, string? hash, BlobPutStatus status)
    {
        var key = NewKey();
        var expected = new ExpectedBlob(Png, expectedSize, hash, status == BlobPutStatus.TooLarge ? size - 1 : BlobLimits.Size);

        Assert.Equal(status, (await Store.PutAsync(key, new MemoryStream(Bytes(size)), expected, Token)).Status);

        Assert.Null(await Store.HeadAsync(key, Token));
        Assert.Equal(0, await CountRemainsAsync());
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(Large)]
    public async Task A_stream_that_breaks_leaves_nothing_behind(int size)
    {
        var key = NewKey();
        var broken = new DrippingStream(Bytes(size), chunk: 1024 * 1024, breaks: true);

        await Assert.ThrowsAsync<IOException>(() => Store.PutAsync(key, broken, new ExpectedBlob(Png), Token));

        Assert.Null(await Store.HeadAsync(key, Token));
        Assert.Equal(0, await CountRemainsAsync());
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_its_key_is_free()
    {
        var key = NewKey();
        await PutAsync(key, Bytes(10));

        await Store.DeleteAsync(key, Token);

        Assert.Null(await Store.HeadAsync(key, Token));
        Assert.Equal(0, await CountRemainsAsync());
        Assert.Equal(BlobPutStatus.Stored, (await PutAsync(key, Bytes(20))).Status);
    }

    [Fact]
    public async Task A_copy_has_the_bytes_and_the_type_and_does_not_overwrite()
    {
        var (from, to, bytes) = (NewKey(), NewKey(), Bytes(1_000));
        await PutAsync(from, bytes);

        Assert.Equal(BlobCopy.Copied, await Store.CopyAsync(from, to, Token));
        Assert.Equal(BlobCopy.Exists, await Store.CopyAsync(from, to, Token));
        Assert.Equal(BlobCopy.Missing, await Store.CopyAsync(NewKey(), NewKey(), Token));

        await Store.DeleteAsync(from, Token);
        await using var content = await Store.GetAsync(to, 0, length: null, Token);
        Assert.Equal(Png, content!.Blob.ContentType);
        Assert.Equal(bytes, await ReadAsync(content));
    }

    [Fact]
    public async Task Every_blob_is_in_a_list_once_in_the_order_of_the_keys_however_small_its_pages_are()
    {
        // "a-b/…" comes before "a/…", although "a" comes before "a-b".
        string[] keys = ["a-b/2026/01/x", "a/2025/12/x", "a/2026/01/x", "a/2026/01/x-y", "a/2026/02/a", "b/2026/01/x"];
        foreach (var key in keys.Reverse())
        {
            await PutAsync(key, Bytes(3));
        }

        Assert.Equal(keys, await ListAsync("", pageSize: 1));
        Assert.Equal(keys, await ListAsync("", pageSize: 4));
        Assert.Equal(keys[1..5], await ListAsync("a/", pageSize: 2));
        Assert.Equal(keys[2..5], await ListAsync("a/2026", pageSize: 2));
        Assert.Equal(keys[2..4], await ListAsync("a/2026/01/x", pageSize: 1));
        Assert.Empty(await ListAsync("nobody", pageSize: 2));
        Assert.All((await Store.ListAsync("", after: null, 10, Token)).Blobs, b => Assert.Equal(3, b.Size));
    }

    [Theory]
    [InlineData("")]
    [InlineData("image")]
    [InlineData("image/2026/01/")]
    [InlineData("image/2026/13/x")]
    [InlineData("/image/2026/01/x")]
    [InlineData("image/2026/01/x/y")]
    [InlineData("image/2026/01/..")]
    [InlineData("../2026/01/x")]
    [InlineData("Image/2026/01/x")]
    [InlineData("image/2026/01/x\n")]
    [InlineData("image/2026/01/xé")]
    public async Task What_is_no_key_is_refused(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(key, Bytes(1)));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.GetAsync(key, 0, length: null, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.HeadAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.BeginPartsAsync(key, Png, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ListPartsAsync(key, "x", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AbortPartsAsync(key, "x", Token));
        Assert.Throws<ArgumentException>(() => Store.SignGet(key, TimeSpan.FromMinutes(1), disposition: null));
        Assert.Equal(0, await CountRemainsAsync());
    }

    private Task<BlobPut> PutAsync(string key, byte[] bytes) =>
        Store.PutAsync(key, new MemoryStream(bytes), new ExpectedBlob(Png, bytes.Length, Hash(bytes)), Token);

    private async Task<List<string>> ListAsync(string prefix, int pageSize)
    {
        var keys = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.ListAsync(prefix, after, pageSize, Token);
            Assert.True(page.Blobs.Length <= pageSize);
            keys.AddRange(page.Blobs.Select(b => b.Key));
            after = page.After;
        }
        while (after is not null);
        return keys;
    }

    private static string NewKey() => BlobKeys.Of("image", Guid.CreateVersion7().ToString(), TimeProvider.System.GetUtcNow());

    private static byte[] Bytes(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static async Task<byte[]> ReadAsync(BlobContent content)
    {
        var bytes = new MemoryStream();
        await content.Bytes.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }
}
