using System.Globalization;
using System.Net;

namespace Actors.Infrastructure;

/// <summary>
/// A real object store that speaks S3: Ceph's RADOS gateway over one monitor and one store in memory, on 127.0.0.1. Made once a test run, by the
/// first test that asks. Where there is none and none can be installed, the asking test is skipped, or fails on CI.
/// </summary>
public sealed class CephGateway : IAsyncDisposable
{
    public const string AccessKey = "devkey";
    public const string SecretKey = "devsecret";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);

    private readonly Lazy<Task<CephDaemons?>> _daemons;
    private int _buckets;

    /// <summary>The shared gateway; nothing is started yet.</summary>
    public CephGateway() => _daemons = new(StartAsync);

    /// <summary>The gateway's address.</summary>
    public async Task<Uri> UrlAsync() => (await RunningAsync()).Url;

    /// <summary>A name for a bucket that nobody else has. Whoever asks creates it.</summary>
    public string NewBucketName() => string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _buckets)}");

    public async ValueTask DisposeAsync()
    {
        if (_daemons.IsValueCreated && await _daemons.Value is { } daemons)
        {
            await daemons.DisposeAsync();
        }
    }

    private async Task<CephDaemons> RunningAsync()
    {
        var daemons = await _daemons.Value;
        if (daemons is null)
        {
            Machine.Lacks($"No Ceph gateway: {await CephDaemons.WhyNotAsync()}");
        }

        return daemons!;
    }

    private static async Task<CephDaemons?> StartAsync()
    {
        if (await CephDaemons.WhyNotAsync() is not null)
        {
            return null;
        }

        var daemons = new CephDaemons();
        try
        {
            await daemons.StartAsync();
            using var http = new HttpClient();
            await Waiting.UntilAsync(
                async () =>
                {
                    daemons.ThrowIfEnded();
                    return await AnswersAsync(http, daemons.Url);
                },
                StartDeadline,
                () => $"The Ceph gateway did not answer in time. Its output:\n{daemons.Output}");
            return daemons;
        }
        catch
        {
            await daemons.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri url)
    {
        try
        {
            using var answer = await http.GetAsync(url);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }
}
