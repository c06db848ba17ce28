using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Actors.Blobs;

public sealed class S3OptionsTests
{
    private static readonly Dictionary<string, string?> Minio = new()
    {
        ["Blobs:S3:Endpoint"] = "http://minio:9000",
        ["Blobs:S3:Bucket"] = "files",
        ["Blobs:S3:AccessKey"] = "key",
        ["Blobs:S3:SecretKey"] = "secret",
    };

    [Fact]
    public void Without_settings_there_is_no_object_store() => Assert.Null(Read([]));

    [Fact]
    public void Clients_reach_the_store_where_we_do_unless_another_place_is_named()
    {
        Assert.Equal("http://minio:9000", Read(Minio)!.PublicEndpoint);
        Assert.Equal("https://files.example.org", Read(new(Minio) { ["Blobs:S3:PublicEndpoint"] = "https://files.example.org" })!.PublicEndpoint);
    }

    [Fact]
    public void The_variables_of_R2_name_its_bucket()
    {
        var options = Read(new()
        {
            ["R2_ACCOUNT_ID"] = "abc",
            ["R2_ACCESS_KEY_ID"] = "key",
            ["R2_SECRET_ACCESS_KEY"] = "secret",
            ["R2_BUCKET_NAME"] = "life-recorder",
        })!;

        Assert.Equal(
            ("https://abc.r2.cloudflarestorage.com", "auto", "life-recorder", "key", "secret"),
            (options.Endpoint, options.Region, options.Bucket, options.AccessKey, options.SecretKey));
    }

    [Theory]
    [InlineData("Bucket", "")]
    [InlineData("AccessKey", "")]
    [InlineData("SecretKey", "")]
    [InlineData("Region", " ")]
    [InlineData("Endpoint", "minio:9000")]
    [InlineData("Endpoint", "ftp://minio")]
    [InlineData("Endpoint", "http://minio/bucket")]
    [InlineData("PublicEndpoint", "minio")]
    [InlineData("Timeout", "00:00:00")]
    public void A_bad_setting_is_named_in_one_sentence(string setting, string value)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(new(Minio) { [$"Blobs:S3:{setting}"] = value }));

        Assert.StartsWith($"Blobs:S3:{setting} must be ", Assert.Single(failure.Failures));
    }

    private static S3Options? Read(Dictionary<string, string?> settings) =>
        S3Options.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
