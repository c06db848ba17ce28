using System.Net;
using System.Net.Http.Headers;

namespace Actors.Blobs;

public abstract partial class BlobStoreSpec
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Whoever_has_a_signed_url_reads_the_blob_whole_or_by_ranges()
    {
        var (key, bytes) = (NewKey(), Bytes(1_000));
        await PutAsync(key, bytes);
        var url = Store.SignGet(key, Minute, "attachment; filename*=UTF-8''%E6%A8%A1%E5%9E%8B.png");

        using var whole = await SendAsync(HttpMethod.Get, url);
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal((Png, "bytes", "模型.png"), (
            whole.Content.Headers.ContentType!.ToString(), whole.Headers.AcceptRanges.ToString(), whole.Content.Headers.ContentDisposition!.FileNameStar));

        using var part = await SendAsync(HttpMethod.Get, url, request => request.Headers.Range = new RangeHeaderValue(10, 19));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("bytes 10-19/1000", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(bytes.AsSpan(10, 10).ToArray(), await part.Content.ReadAsByteArrayAsync(Token));

        using var behind = await SendAsync(HttpMethod.Get, url, request => request.Headers.Range = new RangeHeaderValue(1_000, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, behind.StatusCode);

        using var known = await SendAsync(HttpMethod.Get, url, request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Fact]
    public async Task Whoever_has_a_signed_url_puts_the_blob_once()
    {
        var (key, bytes) = (NewKey(), Bytes(1_000));
        var put = Store.SignPut(key, new ExpectedBlob(Png, 1_000, Hash(bytes)), Minute);

        using var first = await PutAsync(put, bytes);
        using var second = await PutAsync(put, Bytes(1_000, seed: 2));

        Assert.True(first.IsSuccessStatusCode, await first.Content.ReadAsStringAsync(Token));
        AssertRefused(second);
        var known = await Store.HeadAsync(key, Token);
        Assert.Equal((1_000L, Png), (known!.Size, known.ContentType));
        await using var content = await Store.GetAsync(key, 0, length: null, Token);
        Assert.Equal(bytes, await ReadAsync(content!));
    }

    [Fact]
    public async Task Another_size_another_type_another_key_and_another_method_than_signed_are_refused()
    {
        var (key, other) = (NewKey(), NewKey());
        var put = Store.SignPut(key, new ExpectedBlob(Png, 1_000), Minute);

        AssertRefused(await PutAsync(put, Bytes(1_001)));
        AssertRefused(await PutAsync(put, Bytes(999)));
        AssertRefused(await PutAsync(put with { Headers = put.Headers.SetItem("Content-Type", "text/html") }, Bytes(1_000)));
        AssertRefused(await PutAsync(put with { Url = put.Url.Replace(key, other, StringComparison.Ordinal) }, Bytes(1_000)));
        AssertRefused(await SendAsync(HttpMethod.Get, put.Url));
        AssertRefused(await PutAsync(put with { Url = Store.SignGet(key, Minute, disposition: null) }, Bytes(1_000)));
        AssertRefused(await PutAsync(put with { Url = put.Url[..put.Url.IndexOf('?')] }, Bytes(1_000)));

        Assert.Equal(0, await CountRemainsAsync());
    }

    [Fact]
    public async Task A_signed_url_ends_with_its_time()
    {
        var key = NewKey();
        await PutAsync(key, Bytes(10));
        var (get, put) = (Store.SignGet(key, TimeSpan.FromSeconds(-5), disposition: null), Store.SignPut(NewKey(), new ExpectedBlob(Png, 10), TimeSpan.FromSeconds(-5)));

        AssertRefused(await SendAsync(HttpMethod.Get, get));
        AssertRefused(await PutAsync(put, Bytes(10)));

        Assert.Equal(1, await CountRemainsAsync());
    }

    private static void AssertRefused(HttpResponseMessage answer) =>
        Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode}");

    private Task<HttpResponseMessage> PutAsync(SignedPut put, byte[] bytes) => SendAsync(HttpMethod.Put, put.Url, request =>
    {
        request.Content = new ByteArrayContent(bytes);
        foreach (var (name, value) in put.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
    });

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(url, UriKind.RelativeOrAbsolute));
        change?.Invoke(request);
        return await Http().SendAsync(request, Token);
    }
}
