namespace Actors.Blobs;

public abstract partial class BlobStoreSpec
{
    private const int PartSize = BlobLimits.PartSize;

    [Fact]
    public async Task Parts_that_come_in_any_order_and_again_become_one_blob()
    {
        var (key, bytes) = (NewKey(), Bytes(Large));
        var upload = await Store.BeginPartsAsync(key, Png, Token);
        Assert.Empty(await Store.ListPartsAsync(key, upload, Token));

        await PutPartAsync(key, upload, 3, bytes[(2 * PartSize)..]);
        await PutPartAsync(key, upload, 1, Bytes(PartSize, seed: 2));
        await PutPartAsync(key, upload, 2, bytes[PartSize..(2 * PartSize)]);
        await PutPartAsync(key, upload, 1, bytes[..PartSize]);

        Assert.Equal([new(1, PartSize), new(2, PartSize), new(3, Large - (2 * PartSize))], await Store.ListPartsAsync(key, upload, Token));
        Assert.Null(await Store.HeadAsync(key, Token));
        Assert.Equal(BlobPutStatus.Stored, await CompleteAsync(key, upload, Large));
        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal((Png, (long)Large), (content!.Blob.ContentType, content.Blob.Size));
        Assert.Equal(Hash(bytes), Hash(await ReadAsync(content)));
        Assert.Equal(1, await CountRemainsAsync());
    }

    [Fact]
    public async Task While_a_part_is_missing_there_is_no_blob_and_then_there_is()
    {
        var (key, bytes) = (NewKey(), Bytes(PartSize + 10));
        var upload = await Store.BeginPartsAsync(key, Png, Token);
        await PutPartAsync(key, upload, 2, bytes[PartSize..]);

        Assert.Equal(BlobPutStatus.SizeDiffers, await CompleteAsync(key, upload, bytes.Length));
        Assert.Null(await Store.HeadAsync(key, Token));

        await PutPartAsync(key, upload, 1, bytes[..PartSize]);
        Assert.Equal(BlobPutStatus.Stored, await CompleteAsync(key, upload, bytes.Length));
        Assert.Equal(BlobPutStatus.Exists, await CompleteAsync(key, upload, bytes.Length));
        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(Hash(bytes), Hash(await ReadAsync(content!)));
    }

    [Fact]
    public async Task Of_many_who_put_one_part_at_once_one_is_there_whole()
    {
        var key = NewKey();
        var upload = await Store.BeginPartsAsync(key, Png, Token);
        var bodies = Enumerable.Range(0, 8).Select(seed => Bytes(50_000, seed)).ToList();

        await Task.WhenAll(bodies.Select(bytes => PutPartAsync(key, upload, 1, bytes)));

        Assert.Equal(BlobPutStatus.Stored, await CompleteAsync(key, upload, 50_000));
        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Contains(Hash(await ReadAsync(content!)), bodies.Select(Hash));
    }

    [Fact]
    public async Task A_part_of_another_size_with_another_number_or_of_another_put_than_signed_is_refused()
    {
        var key = NewKey();
        var (upload, other) = (await Store.BeginPartsAsync(key, Png, Token), await Store.BeginPartsAsync(NewKey(), Png, Token));
        var put = Store.SignPutPart(key, upload, new BlobPart(7, 1_000), Minute);

        AssertRefused(await PutAsync(put, Bytes(1_001)));
        AssertRefused(await PutAsync(put, Bytes(999)));
        AssertRefused(await PutAsync(put with { Url = put.Url.Replace("umber=7", "umber=8", StringComparison.Ordinal) }, Bytes(1_000)));
        AssertRefused(await PutAsync(put with { Url = put.Url.Replace(upload, other, StringComparison.Ordinal) }, Bytes(1_000)));
        AssertRefused(await PutAsync(Store.SignPutPart(key, upload, new BlobPart(7, 1_000), TimeSpan.FromSeconds(-5)), Bytes(1_000)));

        Assert.Empty(await Store.ListPartsAsync(key, upload, Token));
        Assert.Null(await Store.HeadAsync(key, Token));
    }

    [Fact]
    public async Task Parts_never_overwrite_a_blob()
    {
        var (key, first) = (NewKey(), Bytes(10));
        var upload = await Store.BeginPartsAsync(key, Png, Token);
        await PutPartAsync(key, upload, 1, Bytes(10, seed: 2));
        await PutAsync(key, first);

        Assert.Equal(BlobPutStatus.Exists, await CompleteAsync(key, upload, 10));

        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(first, await ReadAsync(content!));
        await Store.AbortPartsAsync(key, upload, Token);
        Assert.Equal(1, await CountRemainsAsync());
    }

    [Fact]
    public async Task Of_many_who_complete_at_once_nobody_fails_and_the_blob_is_there()
    {
        var (key, bytes) = (NewKey(), Bytes(100_000));
        var upload = await Store.BeginPartsAsync(key, Png, Token);
        await PutPartAsync(key, upload, 1, bytes);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => CompleteAsync(key, upload, bytes.Length))));

        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(bytes, await ReadAsync(content!));
    }

    [Fact]
    public async Task A_put_in_parts_that_is_given_up_leaves_nothing_and_takes_nothing_any_more()
    {
        var key = NewKey();
        var upload = await Store.BeginPartsAsync(key, Png, Token);
        await PutPartAsync(key, upload, 1, Bytes(10));

        await Store.AbortPartsAsync(key, upload, Token);
        await Store.AbortPartsAsync(key, upload, Token);

        AssertRefused(await PutAsync(Store.SignPutPart(key, upload, new BlobPart(2, 10), Minute), Bytes(10)));
        Assert.Empty(await Store.ListPartsAsync(key, upload, Token));
        Assert.Equal(BlobPutStatus.SizeDiffers, await CompleteAsync(key, upload, 10));
        Assert.Equal(0, await CountRemainsAsync());
    }

    [Fact]
    public async Task A_put_in_parts_that_never_came_to_an_end_is_dropped_when_it_is_old()
    {
        var key = NewKey();
        await PutPartAsync(key, await Store.BeginPartsAsync(key, Png, Token), 1, Bytes(10));
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(0, await Store.DropUnfinishedAsync(now.AddHours(-1), Token));
        Assert.Equal(1, await Store.DropUnfinishedAsync(now.AddHours(1), Token));

        Assert.Equal(0, await CountRemainsAsync());
    }

    private async Task PutPartAsync(string key, string upload, int number, byte[] bytes)
    {
        using var put = await PutAsync(Store.SignPutPart(key, upload, new BlobPart(number, bytes.Length), Minute), bytes);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Token));
    }

    private Task<BlobPutStatus> CompleteAsync(string key, string upload, long size) =>
        Store.CompletePartsAsync(key, upload, new ExpectedBlob(Png, size), Token);
}
