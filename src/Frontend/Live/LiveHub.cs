using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Actors.Live;

/// <summary>Where this process watches the change log: a follower a partition, shared by all clients.</summary>
internal sealed class LiveHub
{
    private readonly ImmutableArray<PartitionFollower> _followers;
    private readonly int _buffer;

    public LiveHub(
        IGrainFactory grains, IOptions<LiveOptions> options, TimeProvider time, IHostApplicationLifetime host, ILogger<PartitionFollower> logger)
    {
        _followers = [.. Enumerable.Range(0, ChangeLogLimits.Partitions).Select(p => new PartitionFollower(p, grains, time, host, logger))];
        _buffer = options.Value.Buffer;
    }

    /// <summary>Watches one entity's topic.</summary>
    public async Task<Watch> WatchAsync(string topic, CancellationToken cancellationToken)
    {
        var watch = new Watch(_buffer);
        try
        {
            await _followers[ChangeLogLimits.PartitionOf(topic)].AddAsync(watch, topic, cancellationToken);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Watches all members of a list; the positions, one a partition, are where the watch begins.</summary>
    public async Task<(Watch Watch, LogCursor[] Positions)> WatchListAsync(string list, CancellationToken cancellationToken)
    {
        var watch = new Watch(_buffer);
        try
        {
            return (watch, await Task.WhenAll(_followers.Select(follower => follower.AddAsync(watch, list, cancellationToken))));
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }
}
