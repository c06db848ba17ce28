using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Actors.Blobs;

/// <summary>
/// The signed URLs of a folder of blobs, served by the one process that has it. They do what those of an object store do, and nothing else is done for
/// them: the grain of the blob knows nothing of it until the upload is completed.
/// </summary>
internal static class FolderEndpoints
{
    /// <summary>Maps <c>/blobs/{key}</c>, if the store is a folder.</summary>
    public static void MapFolder(this IEndpointRouteBuilder api)
    {
        if (api.ServiceProvider.GetService<FolderUrls>() is null)
        {
            return;
        }

        var blobs = api.MapGroup("/blobs").AllowAnonymous().WithMetadata(new SignedUrl()).ExcludeFromDescription();
        blobs.MapMethods("/{**key}", [HttpMethods.Get, HttpMethods.Head], Read);
        blobs.MapPut("/{**key}", Write);
    }

    private static async Task<FileStreamHttpResult> Read(string key, HttpContext context, FolderUrls urls, IBlobStore store, TimeProvider time)
    {
        var allowed = Allowed(HttpMethods.Get, key, context, urls, time);
        var content = await store.GetAsync(key, 0, length: null, context.RequestAborted)
            ?? throw new AppException(ErrorKind.NotFound, "FILE_NOT_FOUND", "There is no such file.");
        var headers = context.Response.Headers;
        headers.ContentDisposition = allowed.Disposition;
        headers.CacheControl = "private, max-age=" + (long)(allowed.ExpiresAt - time.GetUtcNow()).TotalSeconds;
        return TypedResults.Stream(
            content.Bytes,
            content.Blob.ContentType,
            lastModified: content.Blob.StoredAt,
            entityTag: new EntityTagHeaderValue(content.Blob.ETag),
            enableRangeProcessing: true);
    }

    private static async Task<Ok> Write(
        string key, HttpContext context, FolderUrls urls, IBlobStore store, IFolderParts parts, TimeProvider time)
    {
        var allowed = Allowed(HttpMethods.Put, key, context, urls, time);
        var request = context.Request;
        if (allowed.Expected is { } whole && request.ContentType != whole.ContentType)
        {
            throw new AppException(ErrorKind.Rule, "UPLOAD_TYPE_DIFFERS", $"Content-Type must be {whole.ContentType}.");
        }

        var size = allowed.Part?.Size ?? allowed.Expected!.Size!.Value;
        if (request.ContentLength is { } length && length != size)
        {
            throw SizeDiffers(size);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // the URL says it
        }

        var put = allowed.Part is { } part
            ? await parts.PutPartAsync(part, request.Body, context.RequestAborted)
            : await store.PutAsync(key, request.Body, allowed.Expected!, context.RequestAborted);
        return put.Status switch
        {
            BlobPutStatus.Stored => TypedResults.Ok(),
            BlobPutStatus.Missing => throw new AppException(ErrorKind.NotFound, "FILE_NOT_FOUND", "Parts of this file are not waited for any more."),
            BlobPutStatus.Exists => throw new AppException(ErrorKind.Conflict, "UPLOAD_EXISTS", "The file was uploaded already; complete the upload."),
            BlobPutStatus.HashDiffers => throw new AppException(ErrorKind.Rule, "UPLOAD_HASH_DIFFERS", "The bytes have another SHA-256 than was announced."),
            _ => throw SizeDiffers(size),
        };
    }

    private static SignedBlobUrl Allowed(string method, string key, HttpContext context, FolderUrls urls, TimeProvider time)
    {
        var allowed = urls.Read(method, key, context.Request.Query)
            ?? throw new AppException(ErrorKind.Forbidden, "URL_NOT_SIGNED", "This URL was not signed here, or was changed.");
        return allowed.ExpiresAt > time.GetUtcNow()
            ? allowed
            : throw new AppException(ErrorKind.Forbidden, "URL_EXPIRED", "The time of this URL is over.");
    }

    private static AppException SizeDiffers(long size) => new(ErrorKind.Rule, "UPLOAD_SIZE_DIFFERS", $"The body must have {size} bytes.");
}
