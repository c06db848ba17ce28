using Actors.Storage;
using Actors.Users;
using Microsoft.Extensions.Options;

namespace Actors.Blobs;

/// <summary>
/// Key: the user's id. Owns: the sum is that of its items, and never above the quota of the user's tier when an item is added. A blob is reserved before
/// its row is written and released after it is deleted, so the sum is never too low. Durable once a method returns.
/// </summary>
internal sealed class BlobQuotaGrain(ICommitStore store, Database database, IOptions<UploadOptions> options, TimeProvider time) : Grain, IBlobQuotaGrain
{
    private static readonly Table<Quota> Quotas = new Table<Quota>("blob_quotas")
        .Key("id", q => q.OwnerId)
        .Integer("version", q => q.Version)
        .Integer("bytes", q => q.Bytes)
        .Integer("files", q => q.Files);

    private static readonly Table<Item> Items = new Table<Item>("blob_quota_items")
        .Key("blob_id", i => i.BlobId)
        .Text("owner_id", i => i.OwnerId)
        .Integer("size", i => i.Size)
        .Timestamp("created_at", i => i.CreatedAt);

    private Quota _quota = null!;

    private string OwnerId => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _quota = await database.RowsOf(OwnerId).FirstAsync(
        "select version, bytes, files from blob_quotas where id = @id",
        [("id", OwnerId)],
        row => new Quota(OwnerId, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
        cancellationToken) ?? new Quota(OwnerId, Version: 0, Bytes: 0, Files: 0);

    public async Task Reserve(string blobId, long size)
    {
        if (await FindAsync(blobId) is not null)
        {
            return;
        }

        (Caller.Current, CommandKey.Current) = (Caller.System, null);
        var tier = (await GrainFactory.GetGrain<IUserGrain>(OwnerId).Get()).Tier;
        var next = _quota with { Version = _quota.Version + 1, Bytes = _quota.Bytes + size, Files = _quota.Files + 1 };
        EnsureWithin(next, options.Value.QuotaOf(tier));
        await CommitAsync(next, Items.Insert(new Item(blobId, OwnerId, size, time.GetStorableNow())));
    }

    public async Task Release(string blobId)
    {
        if (await FindAsync(blobId) is { } item)
        {
            await CommitAsync(
                _quota with { Version = _quota.Version + 1, Bytes = _quota.Bytes - item.Size, Files = _quota.Files - 1 }, Items.Delete(item));
        }
    }

    private void EnsureWithin(Quota next, long quota)
    {
        if (quota > 0 && next.Bytes > quota)
        {
            throw new AppException(
                ErrorKind.Rule, "QUOTA_EXCEEDED", $"Of {quota} bytes {_quota.Bytes} are taken by files and announced uploads; delete some first.");
        }

        if (next.Files > options.Value.Files)
        {
            throw new AppException(ErrorKind.Rule, "QUOTA_EXCEEDED", $"There are {_quota.Files} files and announced uploads; delete some first.");
        }
    }

    private Task<Item?> FindAsync(string blobId) => database.RowsOf(OwnerId).FirstAsync(
        "select size, created_at from blob_quota_items where blob_id = @blob and owner_id = @owner",
        [("blob", blobId), ("owner", OwnerId)],
        row => new Item(blobId, OwnerId, row.GetInt64(0), row.GetTimestamp(1)));

    private async Task CommitAsync(Quota next, RowChange item)
    {
        var outcome = await store.CommitAsync(new Commit
        {
            Id = OwnerId,
            ExpectedVersion = _quota.Version,
            Root = _quota.Version == 0 ? Quotas.Insert(next) : Quotas.Update(next),
            Rows = [item],
        });
        if (outcome.Status == CommitStatus.Committed)
        {
            _quota = next;
            return;
        }

        if (outcome.Status != CommitStatus.NotWritten)
        {
            DeactivateOnIdle(); // another writer, or an outcome that nobody knows: the rows are read anew
        }

        throw Errors.Unavailable("The quota could not be written; repeat the command.");
    }

    private sealed record Quota(string OwnerId, long Version, long Bytes, long Files);

    private sealed record Item(string BlobId, string OwnerId, long Size, DateTimeOffset CreatedAt);
}
