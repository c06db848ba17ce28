using System.ComponentModel.DataAnnotations;

namespace Actors.Live;

/// <summary>Limits of the live feed. Section <c>Live</c> of the configuration.</summary>
internal sealed class LiveOptions
{
    /// <summary>Most topics of one connection.</summary>
    public const int MaxTopics = 32;

    /// <summary>How often a silent stream gives a sign of life, so that proxies keep it and clients notice its end. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Changes that may wait for a client, per topic. Default 256; one that is further behind is cut and resumes from the log.
    /// </summary>
    [Range(1, 100_000)]
    public int Buffer { get; set; } = 256;

    /// <summary>Streams and sockets of this process. Default 20,000; beyond it 503.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>Streams and sockets of one user at this process. Default 1,000; beyond it 429.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerUser { get; set; } = 1_000;
}
