using Actors.Storage;

namespace Actors.Blobs;

/// <summary>Has the cluster's one sweep do a round; each silo calls, so that it goes on as long as there is one.</summary>
internal sealed partial class BlobSweeper(IGrainFactory grains, TimeProvider time, ILogger<BlobSweeper> logger, IBlobStore? store = null)
    : Sweeper(TimeSpan.FromMinutes(1), time, logger)
{
    private readonly ILogger _logger = logger;
    private bool _isTold;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (store is null)
        {
            TellOnce();
            return;
        }

        Caller.Current = Caller.System;
        var sweep = await grains.GetGrain<IBlobSweepGrain>(0).Sweep();
        if (sweep != new BlobSweep(0, 0, 0, 0, 0, 0))
        {
            LogSwept(sweep.Expired, sweep.Removed, sweep.Forgotten, sweep.Settled, sweep.Orphans, sweep.Unfinished);
        }
    }

    private void TellOnce()
    {
        if (!_isTold)
        {
            LogNoStore();
            _isTold = true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "There is no store of files, so uploads are refused: a silo of a cluster needs Blobs:S3")]
    private partial void LogNoStore();

    [LoggerMessage(
        LogLevel.Information,
        "Uploads swept: {Expired} expired, {Removed} of users who are gone, {Forgotten} forgotten, {Settled} reservations given back, {Orphans} orphans, {Unfinished} unfinished puts")]
    private partial void LogSwept(int expired, int removed, int forgotten, int settled, int orphans, int unfinished);
}
