using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Actors.Blobs;

/// <summary>Makes clients of an object store.</summary>
internal static class S3Clients
{
    private const int Retries = 2;

    /// <summary>A client; nothing connects yet.</summary>
    /// <param name="options">The store.</param>
    /// <param name="endpoint">Where it is; null for AWS.</param>
    public static AmazonS3Client Create(S3Options options, string? endpoint)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? endpoint is not null,
            Timeout = options.Timeout,
            MaxErrorRetry = Retries,
            // Stores that are not AWS know no checksums but MD5 and the signature.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint, options.Region);
        }

        return new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }
}
