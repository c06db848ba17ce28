using Amazon.Runtime;
using Amazon.S3;

namespace Actors.Infrastructure;

/// <summary>Buckets for tests.</summary>
public static class CephBuckets
{
    /// <summary>A new bucket, and a client to look into it.</summary>
    public static async Task<(AmazonS3Client Client, string Bucket)> CreateBucketAsync(this CephGateway ceph)
    {
        var client = new AmazonS3Client(
            new BasicAWSCredentials(CephGateway.AccessKey, CephGateway.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = (await ceph.UrlAsync()).ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
        var bucket = ceph.NewBucketName();
        await client.PutBucketAsync(bucket);
        return (client, bucket);
    }

    /// <summary>Settings of a system with a new bucket.</summary>
    /// <param name="ceph">The store.</param>
    /// <param name="separator">Between the names of a section and a setting: a colon, or two underscores in variables.</param>
    public static async Task<(string Name, string Value)[]> SettingsAsync(this CephGateway ceph, string separator)
    {
        var (client, bucket) = await ceph.CreateBucketAsync();
        client.Dispose();
        var section = $"Blobs{separator}S3{separator}";
        return
        [
            ($"{section}Endpoint", (await ceph.UrlAsync()).GetLeftPart(UriPartial.Authority)),
            ($"{section}Bucket", bucket),
            ($"{section}AccessKey", CephGateway.AccessKey),
            ($"{section}SecretKey", CephGateway.SecretKey),
        ];
    }
}
