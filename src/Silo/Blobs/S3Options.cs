using System.Globalization;
using Microsoft.Extensions.Options;

namespace Actors.Blobs;

/// <summary>
/// An object store that speaks S3: AWS, R2, MinIO, Ceph and others. Configuration section <c>Blobs:S3</c>; Cloudflare's <c>R2_ACCOUNT_ID</c>,
/// <c>R2_ACCESS_KEY_ID</c>, <c>R2_SECRET_ACCESS_KEY</c> and <c>R2_BUCKET_NAME</c> work too.
/// </summary>
public sealed class S3Options
{
    private const string Section = "Blobs:S3";

    /// <summary>Where it is, e.g. <c>https://minio.internal:9000</c>. Default none: AWS, in <see cref="Region"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>The bucket, which must exist. Default none: no object store.</summary>
    public string? Bucket { get; set; }

    /// <summary>Who we are there.</summary>
    public string? AccessKey { get; set; }

    /// <summary>The key's secret; never logged.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Part of every signature. Default <c>us-east-1</c>; R2 wants <c>auto</c>.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>
    /// Whether the bucket stands in the path (<c>host/bucket/key</c>) or in the host's name (<c>bucket.host/key</c>). Default: in the path, if there is
    /// an <see cref="Endpoint"/>.
    /// </summary>
    public bool? PathStyle { get; set; }

    /// <summary>Where browsers and other clients reach the store, for the URLs that are given to them. Default <see cref="Endpoint"/>.</summary>
    public string? PublicEndpoint { get; set; }

    /// <summary>Limit for one try of one request. Default 30 s, 1 s to 10 min; a part of a large file is 8 MiB.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads and checks the options; null if no object store is configured.</summary>
    /// <exception cref="OptionsValidationException">A setting is missing or bad; the message is one sentence that names it.</exception>
    public static S3Options? Read(IConfiguration configuration)
    {
        var options = new S3Options();
        if (configuration["R2_ACCOUNT_ID"] is { Length: > 0 } account)
        {
            (options.Endpoint, options.Region) = ($"https://{account}.r2.cloudflarestorage.com", "auto");
            (options.Bucket, options.AccessKey) = (configuration["R2_BUCKET_NAME"], configuration["R2_ACCESS_KEY_ID"]);
            options.SecretKey = configuration["R2_SECRET_ACCESS_KEY"];
        }

        configuration.GetSection(Section).Bind(options);
        options.Endpoint = string.IsNullOrWhiteSpace(options.Endpoint) ? null : options.Endpoint;
        options.PublicEndpoint = string.IsNullOrWhiteSpace(options.PublicEndpoint) ? options.Endpoint : options.PublicEndpoint;
        if (options is { Endpoint: null, Bucket: null or "", AccessKey: null or "" })
        {
            return null;
        }

        options.Validate();
        return options;
    }

    private void Validate()
    {
        Check(!string.IsNullOrWhiteSpace(Bucket), nameof(Bucket), "set: the name of a bucket that exists");
        Check(!string.IsNullOrWhiteSpace(AccessKey), nameof(AccessKey), "set");
        Check(!string.IsNullOrWhiteSpace(SecretKey), nameof(SecretKey), "set");
        Check(!string.IsNullOrWhiteSpace(Region), nameof(Region), "the name of a region");
        Check(Endpoint is null || IsHttp(Endpoint), nameof(Endpoint), "an http or https URL without a path");
        Check(PublicEndpoint is null || IsHttp(PublicEndpoint), nameof(PublicEndpoint), "an http or https URL without a path");
        Check(Timeout >= TimeSpan.FromSeconds(1) && Timeout <= TimeSpan.FromMinutes(10), nameof(Timeout), "between 1 s and 10 min");
    }

    private static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/" && url.UserInfo.Length == 0;

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new OptionsValidationException(
                nameof(S3Options), typeof(S3Options), [string.Create(CultureInfo.InvariantCulture, $"{Section}:{setting} must be {rule}.")]);
        }
    }
}
