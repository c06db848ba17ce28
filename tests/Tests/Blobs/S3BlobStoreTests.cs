using Actors.Infrastructure;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors.Blobs;

/// <summary>The spec against a real object store.</summary>
public sealed class S3BlobStoreTests(CephGateway ceph) : BlobStoreSpec
{
    private static readonly HttpClient Client = new();

    private AmazonS3Client _s3 = null!;
    private string _bucket = "";
    private S3BlobStore _store = null!;

    [Fact]
    public async Task Parts_of_a_put_that_never_came_to_an_end_are_dropped_when_they_are_old()
    {
        await _s3.InitiateMultipartUploadAsync(_bucket, "image/2026/01/x", TestContext.Current.CancellationToken);
        await _s3.InitiateMultipartUploadAsync(_bucket, "of-others", TestContext.Current.CancellationToken);
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(0, await Store.DropUnfinishedAsync(now.AddHours(-1), TestContext.Current.CancellationToken));
        Assert.Equal(1, await Store.DropUnfinishedAsync(now.AddHours(1), TestContext.Current.CancellationToken));

        Assert.Equal(1, await CountRemainsAsync());
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_unavailable()
    {
        var options = Options(new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        using var away = new S3BlobStore(options, TimeProvider.System, NullLogger<S3BlobStore>.Instance);

        var failure = await Assert.ThrowsAsync<AppException>(() => away.HeadAsync("image/2026/01/x", TestContext.Current.CancellationToken));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_unavailable_and_not_an_empty_one()
    {
        var options = Options(await ceph.UrlAsync());
        options.Bucket = "nobody";
        using var without = new S3BlobStore(options, TimeProvider.System, NullLogger<S3BlobStore>.Instance);

        var failure = await Assert.ThrowsAsync<AppException>(
            () => without.GetAsync("image/2026/01/x", 0, length: null, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task Urls_for_clients_name_the_store_as_clients_know_it()
    {
        var options = Options(await ceph.UrlAsync());
        (options.PublicEndpoint, options.PathStyle) = ("https://files.example.org", false);
        using var store = new S3BlobStore(options, TimeProvider.System, NullLogger<S3BlobStore>.Instance);

        Assert.StartsWith($"https://{_bucket}.files.example.org/image/2026/01/x?", store.SignGet("image/2026/01/x", TimeSpan.FromMinutes(1), disposition: null));
    }

    public override async ValueTask DisposeAsync()
    {
        _store?.Dispose();
        _s3?.Dispose();
        await base.DisposeAsync();
    }

    protected override HttpClient Http() => Client;

    protected override async Task<int> CountRemainsAsync()
    {
        var objects = await _s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket });
        var uploads = await _s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket });
        return (objects.S3Objects?.Count ?? 0) + (uploads.MultipartUploads?.Count ?? 0);
    }

    private protected override async Task<IBlobStore> CreateAsync()
    {
        (_s3, _bucket) = await ceph.CreateBucketAsync();
        return _store = new S3BlobStore(Options(await ceph.UrlAsync()), TimeProvider.System, NullLogger<S3BlobStore>.Instance);
    }

    private S3Options Options(Uri url) => new()
    {
        Endpoint = url.GetLeftPart(UriPartial.Authority),
        PublicEndpoint = url.GetLeftPart(UriPartial.Authority),
        Bucket = _bucket,
        AccessKey = CephGateway.AccessKey,
        SecretKey = CephGateway.SecretKey,
    };
}
