using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Actors.Blobs;

/// <content>Puts in parts: the store's own multipart uploads.</content>
internal sealed partial class S3BlobStore
{
    public async Task<string> BeginPartsAsync(string key, string contentType, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        var request = new InitiateMultipartUploadRequest { BucketName = _options.Bucket, Key = key, ContentType = contentType };
        return (await CallAsync(() => _client.InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken)).UploadId;
    }

    public async Task<ImmutableArray<BlobPart>> ListPartsAsync(string key, string upload, CancellationToken cancellationToken) =>
        [.. (await ReadPartsAsync(key, upload, cancellationToken)).Select(part => new BlobPart(part.PartNumber ?? 0, part.Size ?? 0))];

    public async Task<BlobPutStatus> CompletePartsAsync(string key, string upload, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        if (await HeadAsync(key, cancellationToken) is not null)
        {
            return BlobPutStatus.Exists;
        }

        var parts = await ReadPartsAsync(key, upload, cancellationToken);
        if (parts.Sum(part => part.Size) != expected.Size)
        {
            return BlobPutStatus.SizeDiffers;
        }

        try
        {
            var isComplete = await CompleteAsync(key, upload, [.. parts.Select(part => new PartETag(part.PartNumber ?? 0, part.ETag))], cancellationToken);
            return isComplete ? BlobPutStatus.Stored : BlobPutStatus.Exists;
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            return BlobPutStatus.Missing; // completed or aborted meanwhile
        }
    }

    public async Task AbortPartsAsync(string key, string upload, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        try
        {
            await _client.AbortMultipartUploadAsync(_options.Bucket, key, upload, cancellationToken);
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            // It was completed, or aborted before.
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            LogFailed(failure);
        }
    }

    public SignedPut SignPutPart(string key, string upload, BlobPart part, TimeSpan lifetime)
    {
        var request = Signed(key, HttpVerb.PUT, lifetime);
        (request.UploadId, request.PartNumber) = (upload, part.Number);
        request.Headers.ContentLength = part.Size;
        return new(_signer.GetPreSignedURL(request), ImmutableSortedDictionary<string, string>.Empty);
    }

    private async Task<List<PartDetail>> ReadPartsAsync(string key, string upload, CancellationToken cancellationToken)
    {
        BlobKeys.Check(key);
        var parts = new List<PartDetail>();
        var request = new ListPartsRequest { BucketName = _options.Bucket, Key = key, UploadId = upload, MaxParts = BlobLists.MaxLimit };
        try
        {
            for (var isMore = true; isMore;)
            {
                var answer = await CallAsync(() => _client.ListPartsAsync(request, cancellationToken), cancellationToken);
                parts.AddRange(answer.Parts ?? []);
                request.PartNumberMarker = answer.NextPartNumberMarker?.ToString(CultureInfo.InvariantCulture);
                isMore = answer.IsTruncated == true;
            }

            return parts;
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    private async Task<BlobPut> PutPartsAsync(
        string key, Stream content, byte[] buffer, ExpectedBlob expected, BlobMeter meter, CancellationToken cancellationToken)
    {
        var upload = await BeginPartsAsync(key, expected.ContentType, cancellationToken);
        var isComplete = false;
        try
        {
            var parts = new List<PartETag>();
            for (var read = PartBytes; read > 0 && !meter.IsTooLarge;)
            {
                parts.Add(await PutPartAsync(key, upload, parts.Count + 1, buffer, read, cancellationToken));
                read = await FillAsync(content, buffer, meter, cancellationToken);
            }

            var put = meter.Judge();
            if (put.Status == BlobPutStatus.Stored && await HeadAsync(key, cancellationToken) is not null)
            {
                put = new(BlobPutStatus.Exists);
            }

            isComplete = put.Status == BlobPutStatus.Stored && await CompleteAsync(key, upload, parts, cancellationToken);
            return put.Status == BlobPutStatus.Stored && !isComplete ? new(BlobPutStatus.Exists) : put;
        }
        finally
        {
            if (!isComplete)
            {
                await AbortPartsAsync(key, upload, CancellationToken.None);
            }
        }
    }

    private async Task<PartETag> PutPartAsync(string key, string upload, int number, byte[] bytes, int length, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(bytes, 0, length, writable: false);
        var request = new UploadPartRequest
        {
            BucketName = _options.Bucket,
            Key = key,
            UploadId = upload,
            PartNumber = number,
            InputStream = body,
            PartSize = length,
        };
        return new(number, (await CallAsync(() => _client.UploadPartAsync(request, cancellationToken), cancellationToken)).ETag);
    }

    /// <summary>False if the key is taken.</summary>
    private async Task<bool> CompleteAsync(string key, string upload, List<PartETag> parts, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = key, UploadId = upload, PartETags = parts, IfNoneMatch = "*" };
        try
        {
            await CallAsync(() => _client.CompleteMultipartUploadAsync(request, cancellationToken), cancellationToken);
            return true;
        }
        catch (AmazonS3Exception taken) when (IsTaken(taken))
        {
            return false;
        }
    }
}
