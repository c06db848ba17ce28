using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Actors.Blobs;

/// <summary>
/// Blobs in a bucket of an object store. That a put never overwrites is the store's own doing (<c>If-None-Match</c>); for blobs of several parts,
/// and for copies, not every store has that, so there it is asked first.
/// </summary>
internal sealed partial class S3BlobStore : IBlobStore, IDisposable
{
    /// <summary>Larger blobs are put in parts of this size; a put holds one of them in memory.</summary>
    internal const int PartBytes = 8 * 1024 * 1024;

    private readonly S3Options _options;
    private readonly AmazonS3Client _client;
    private readonly AmazonS3Client _signer; // knows the store by its public name
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public S3BlobStore(S3Options options, TimeProvider time, ILogger<S3BlobStore> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _client = S3Clients.Create(options, options.Endpoint);
        _signer = S3Clients.Create(options, options.PublicEndpoint);
    }

    public async Task<BlobPut> PutAsync(string key, Stream content, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        using var meter = new BlobMeter(expected);
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            var read = await FillAsync(content, buffer, meter, cancellationToken);
            return read < PartBytes
                ? await PutWholeAsync(key, buffer, read, expected, meter, cancellationToken)
                : await PutPartsAsync(key, content, buffer, expected, meter, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task<BlobContent?> GetAsync(string key, long from, long? length, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (length == 0)
        {
            return await HeadAsync(key, cancellationToken) is { } known ? new(known, Stream.Null) : null;
        }

        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key };
        if (from > 0 || length is not null)
        {
            request.ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{from + length - 1}"));
        }

        try
        {
            var answer = await CallAsync(() => _client.GetObjectAsync(request, cancellationToken), cancellationToken);
            var blob = new StoredBlob(
                key, SizeOf(answer), answer.Headers.ContentType, answer.ETag, new DateTimeOffset(answer.LastModified!.Value.ToUniversalTime()));
            return new(blob, answer.ResponseStream);
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (AmazonS3Exception behind) when (behind.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return await HeadAsync(key, cancellationToken) is { } known ? new(known, Stream.Null) : null;
        }
    }

    public async Task<StoredBlob?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        try
        {
            var answer = await CallAsync(() => _client.GetObjectMetadataAsync(_options.Bucket, key, cancellationToken), cancellationToken);
            return new StoredBlob(
                key, answer.ContentLength, answer.Headers.ContentType, answer.ETag, new DateTimeOffset(answer.LastModified!.Value.ToUniversalTime()));
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        try
        {
            await CallAsync(() => _client.DeleteObjectAsync(_options.Bucket, key, cancellationToken), cancellationToken);
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            // S3 says nothing then, but not every store is so calm.
        }
    }

    public async Task<BlobCopy> CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        BlobKeys.Check(from);
        if (await HeadAsync(to, cancellationToken) is not null)
        {
            return BlobCopy.Exists;
        }

        var request = new CopyObjectRequest { SourceBucket = _options.Bucket, SourceKey = from, DestinationBucket = _options.Bucket, DestinationKey = to };
        try
        {
            await CallAsync(() => _client.CopyObjectAsync(request, cancellationToken), cancellationToken);
            return BlobCopy.Copied;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return BlobCopy.Missing;
        }
    }

    public async Task<BlobList> ListAsync(string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        BlobLists.Check(prefix, limit);
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix, StartAfter = after, MaxKeys = limit };
        var answer = await CallAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
        var objects = answer.S3Objects ?? [];
        // What others put into the bucket is none of ours.
        var blobs = objects.Where(o => BlobKeys.IsValid(o.Key))
            .Select(o => new ListedBlob(o.Key, o.Size ?? 0, new DateTimeOffset(o.LastModified!.Value.ToUniversalTime())));
        return new([.. blobs], answer.IsTruncated == true ? objects[^1].Key : null);
    }

    public async Task<int> DropUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket, MaxUploads = BlobLists.MaxLimit };
        var dropped = 0;
        ListMultipartUploadsResponse answer;
        do
        {
            answer = await CallAsync(() => _client.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken);
            foreach (var upload in (answer.MultipartUploads ?? []).Where(u => BlobKeys.IsValid(u.Key) && u.Initiated?.ToUniversalTime() < before.UtcDateTime))
            {
                await AbortPartsAsync(upload.Key, upload.UploadId, cancellationToken);
                dropped++;
            }

            (request.KeyMarker, request.UploadIdMarker) = (answer.NextKeyMarker, answer.NextUploadIdMarker);
        }
        while (answer.IsTruncated == true && !string.IsNullOrEmpty(answer.NextKeyMarker));

        return dropped;
    }

    public string SignGet(string key, TimeSpan lifetime, string? disposition)
    {
        var request = Signed(key, HttpVerb.GET, lifetime);
        request.ResponseHeaderOverrides.ContentDisposition = disposition;
        return _signer.GetPreSignedURL(request);
    }

    public SignedPut SignPut(string key, ExpectedBlob expected, TimeSpan lifetime)
    {
        var request = Signed(key, HttpVerb.PUT, lifetime);
        request.ContentType = expected.ContentType;
        request.Headers.ContentLength = expected.Size ?? throw new ArgumentException("The size must be known.", nameof(expected));
        request.Headers["If-None-Match"] = "*";
        // Clients set Content-Length by themselves, and browsers let nobody else do it.
        return new(
            _signer.GetPreSignedURL(request),
            ImmutableSortedDictionary<string, string>.Empty.Add("Content-Type", expected.ContentType).Add("If-None-Match", "*"));
    }

    public void Dispose()
    {
        _client.Dispose();
        _signer.Dispose();
    }

    private async Task<BlobPut> PutWholeAsync(
        string key, byte[] bytes, int length, ExpectedBlob expected, BlobMeter meter, CancellationToken cancellationToken)
    {
        var put = meter.Judge();
        if (put.Status != BlobPutStatus.Stored)
        {
            return put;
        }

        using var body = new MemoryStream(bytes, 0, length, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = key,
            InputStream = body,
            AutoCloseStream = false,
            ContentType = expected.ContentType,
            IfNoneMatch = "*",
        };
        try
        {
            await CallAsync(() => _client.PutObjectAsync(request, cancellationToken), cancellationToken);
            return put;
        }
        catch (AmazonS3Exception taken) when (IsTaken(taken))
        {
            return new(BlobPutStatus.Exists);
        }
    }

    private static async Task<int> FillAsync(Stream content, byte[] buffer, BlobMeter meter, CancellationToken cancellationToken)
    {
        var read = await content.ReadAtLeastAsync(buffer.AsMemory(0, PartBytes), PartBytes, throwOnEndOfStream: false, cancellationToken);
        meter.Add(buffer.AsSpan(0, read));
        return read;
    }

    private GetPreSignedUrlRequest Signed(string key, HttpVerb verb, TimeSpan lifetime)
    {
        BlobKeys.Check(key);
        return new()
        {
            BucketName = _options.Bucket,
            Key = key,
            Verb = verb,
            Expires = (_time.GetUtcNow() + lifetime).UtcDateTime,
            Protocol = _options.PublicEndpoint?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true ? Protocol.HTTP : Protocol.HTTPS,
        };
    }

    // Content-Range: bytes 0-9/1234
    private static long SizeOf(GetObjectResponse answer) => answer.ContentRange is { } range && range.LastIndexOf('/') is var slash and >= 0
        && long.TryParse(range.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : answer.ContentLength;

    private static bool IsTaken(AmazonS3Exception failure) => failure.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict;

    /// <summary>What the store refuses for a reason passes; that it does not answer, or fails, is 503 for whoever waits.</summary>
    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception told) when (IsAnswer(told))
        {
            throw;
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            LogFailed(failure);
            throw Errors.Unavailable("The store of files does not answer as it should; try again.");
        }
    }

    private static bool IsAnswer(AmazonS3Exception told) => told.StatusCode switch
    {
        HttpStatusCode.NotFound => told.ErrorCode != "NoSuchBucket",
        HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.RequestedRangeNotSatisfiable => true,
        _ => false,
    };

    private static bool IsFailure(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException => true,
        _ => false,
    };

    [LoggerMessage(LogLevel.Error, "The object store failed")]
    private partial void LogFailed(Exception exception);
}
