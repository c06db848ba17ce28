using System.Collections.Immutable;
using Actors.Storage;
using Microsoft.Extensions.Logging;

namespace Actors.Blobs;

/// <summary>
/// Ends tickets whose time is over, deletes files of users who are gone, forgets blobs that were deleted long ago, gives back quota that was reserved for nothing, and walks through the store
/// page by page to delete what no row knows. Every step may be done twice or by two at once; what fails is found again by a later round.
/// </summary>
internal sealed partial class BlobSweepGrain(
    Database database, BlobServices blobs, TimeProvider time, ILogger<BlobSweepGrain> logger) : Grain, IBlobSweepGrain
{
    private readonly Database _rows = database.RowsOfAllUsers(); // it looks for what is old, whosever it is

    private const int Batch = 100;
    private const int AtOnce = 10;
    private const int PageOfStore = 1_000;

    /// <summary>Whether a round begins further batches; less than a call may take.</summary>
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(15);

    /// <summary>A reservation whose blob is not there after so long: nobody is about to write it any more.</summary>
    private static readonly TimeSpan WriteTime = TimeSpan.FromMinutes(10);

    /// <summary>How often a walk through the store begins.</summary>
    private static readonly TimeSpan BetweenWalks = TimeSpan.FromHours(1);

    private DateTimeOffset _settled = DateTimeOffset.UnixEpoch;
    private DateTimeOffset _nextWalk = DateTimeOffset.MinValue;
    private string? _after;

    public async Task<BlobSweep> Sweep()
    {
        if (!blobs.HasStore)
        {
            return new(0, 0, 0, 0, 0, 0);
        }

        var now = time.GetStorableNow();
        var expired = await WhileFullAsync(now, () => ExpireAsync(now));
        var removed = await WhileFullAsync(now, RemoveAsync);
        var forgotten = await WhileFullAsync(now, () => ForgetAsync(now));
        var settled = await WhileFullAsync(now, () => SettleAsync(now - WriteTime));
        var (orphans, unfinished) = now >= _nextWalk ? await WalkAsync(now) : (0, 0);
        return new(expired, removed, forgotten, settled, orphans, unfinished);
    }

    /// <summary>One batch, and further ones while they are full and the round has time.</summary>
    private async Task<int> WhileFullAsync(DateTimeOffset begun, Func<Task<int>> batch)
    {
        var done = 0;
        int last;
        do
        {
            last = await batch();
            done += last;
        }
        while (last == Batch && time.GetUtcNow() - begun < RoundTime);

        return done;
    }

    private async Task<int> ExpireAsync(DateTimeOffset now)
    {
        var ids = await _rows.ListAsync(
            "select id from blobs where status = 'pending' and expires_at <= @now order by expires_at limit @limit",
            [("now", now), ("limit", Batch)],
            row => row.GetString(0));
        return await EachAsync(ids, blob => blob.Expire());
    }

    private async Task<int> RemoveAsync()
    {
        var ids = await _rows.ListAsync(
            """
            select b.id from users u join blobs b on b.owner_id = u.id
            where u.deleted_at is not null and b.status <> 'deleted' limit @limit
            """,
            [("limit", Batch)],
            row => row.GetString(0));
        return await EachAsync(ids, blob => blob.Remove());
    }

    private async Task<int> ForgetAsync(DateTimeOffset now)
    {
        var ids = await _rows.ListAsync(
            "select id from blobs where status = 'deleted' and deleted_at <= @limit order by deleted_at limit @rows",
            [("limit", now - blobs.Options.OrphanAge), ("rows", Batch)],
            row => row.GetString(0));
        return await EachAsync(ids, blob => blob.Forget());
    }

    private async Task<int> SettleAsync(DateTimeOffset before)
    {
        var items = await _rows.ListAsync(
            """
            select i.blob_id, i.owner_id from blob_quota_items i left join blobs b on b.id = i.blob_id
            where i.created_at >= @from and i.created_at < @before and b.id is null order by i.created_at limit @limit
            """,
            [("from", _settled), ("before", before), ("limit", Batch)],
            row => (Blob: row.GetString(0), Owner: row.GetString(1)));
        var owners = items.ToDictionary(i => i.Blob, i => i.Owner, StringComparer.Ordinal);
        var settled = await EachAsync([.. owners.Keys], blob => blob.Settle(owners[blob.GetPrimaryKeyString()]));
        if (items.Length < Batch && settled == items.Length)
        {
            _settled = before; // all up to there have their blobs
        }

        return settled;
    }

    private async Task<(int Orphans, int Unfinished)> WalkAsync(DateTimeOffset now)
    {
        var before = now - blobs.Options.OrphanAge;
        var unfinished = _after is null ? await blobs.Store.DropUnfinishedAsync(before, CancellationToken.None) : 0;
        var page = await blobs.Store.ListAsync("", _after, PageOfStore, CancellationToken.None);
        var orphans = 0;
        foreach (var keys in page.Blobs.Where(b => b.StoredAt < before).Select(b => b.Key).Chunk(Batch))
        {
            var known = await KnownAsync(keys);
            foreach (var key in keys.Where(k => !known.Contains(k)))
            {
                await blobs.Store.DeleteAsync(key, CancellationToken.None);
                orphans++;
            }
        }

        _after = page.After;
        if (_after is null)
        {
            _nextWalk = now + BetweenWalks;
        }

        return (orphans, unfinished);
    }

    // Always the same text, so that it is prepared once: the last key fills up.
    private async Task<ImmutableHashSet<string>> KnownAsync(string[] keys)
    {
        var parameters = Enumerable.Range(0, Batch).Select(i => ($"k{i}", (object?)keys[Math.Min(i, keys.Length - 1)])).ToList();
        var known = await _rows.ListAsync(
            $"select key from blobs where key in ({string.Join(", ", parameters.Select(p => $"@{p.Item1}"))})", parameters, row => row.GetString(0));
        return [.. known];
    }

    /// <summary>Does it to each; how many it was done to. One that fails does not hold up the others, and comes again.</summary>
    private async Task<int> EachAsync(ImmutableArray<string> ids, Func<IBlobUpkeep, Task> act)
    {
        var done = 0;
        foreach (var some in ids.Chunk(AtOnce))
        {
            done += (await Task.WhenAll(some.Select(id => TryAsync(id, act)))).Count(isDone => isDone);
        }

        return done;
    }

    private async Task<bool> TryAsync(string id, Func<IBlobUpkeep, Task> act)
    {
        try
        {
            await act(GrainFactory.GetGrain<IBlobUpkeep>(id));
            return true;
        }
#pragma warning disable CA1031 // whatever it meets
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(failure, id);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Blob {Id} could not be swept; it is tried again")]
    private partial void LogFailed(Exception exception, string id);
}
