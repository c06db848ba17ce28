using System.Collections.Immutable;
using Actors.ChangeLog;
using Actors.Storage;
using Microsoft.Extensions.Logging;

namespace Actors.Blobs;

/// <summary>
/// One blob. Key: its id. Owns: what is stored was checked and has the announced size, hash and type; a blob that is not deleted counts in its owner's
/// quota. Durable once a method returns. The bytes of a deleted blob go after the commit, at the latest with its row (<see cref="BlobSweepGrain"/>).
/// </summary>
internal sealed partial class BlobGrain(EntityServices services, BlobServices blobs, TimeProvider time, ILogger<BlobGrain> logger)
    : EntityGrain<BlobState>(services), IBlobGrain, IBlobUpkeep
{
    /// <summary>How long a call waits for the check of the bytes; the check goes on, and a later call finds its end.</summary>
    private static readonly TimeSpan CheckWait = TimeSpan.FromSeconds(2);

    private Task<CheckedBytes?>? _check;

    protected override string Topic => BlobEvents.Topic(Id);

    protected override Table<BlobState> Root => BlobState.Table;

    private static Caller Me => Caller.Current!;

    public async Task<UploadTicket> Reserve(ReserveBlob command)
    {
        var store = blobs.Store;
        BlobRules.Validate(command, blobs.Options, Me);
        if (State is null)
        {
            await QuotaOf(command.OwnerId ?? Me.UserId).Reserve(Id, command.Size);
        }

        var blob = await ReserveAsync(command);
        if (State is not { Document: { Status: not BlobStatus.Deleted, ExpiresAt: { } expiresAt } } || expiresAt <= Now)
        {
            throw BlobRules.Expired(); // a repetition that comes late
        }

        var put = store.SignPut(blob.Key, new ExpectedBlob(blob.ContentType, blob.Size, blob.Sha256), expiresAt - Now);
        return new(blob, put.Url, put.Headers, expiresAt);
    }

    public async Task<BlobLink> Complete()
    {
        var blob = BlobRules.For(Me, Permission.ChangeFile, State).Document;
        if (blob.Status == BlobStatus.Stored)
        {
            return LinkTo(blob);
        }

        if (blob.Status == BlobStatus.Deleted)
        {
            throw BlobRules.Ended(State!.EndReason);
        }

        if (blob.ExpiresAt <= Now)
        {
            throw await EndAsync(BlobRules.Expired());
        }

        var bytes = await CheckAsync(blob) ?? throw BlobRules.Missing();
        if (BlobRules.Fault(blob, bytes) is { } fault)
        {
            throw await EndAsync(fault);
        }

        return LinkTo(await ExecuteAsync(() => BlobRules.Store(State, bytes, Now), state => state!.Document));
    }

    public async Task Delete()
    {
        await ExecuteAsync(() => BlobRules.Delete(BlobRules.For(Me, Permission.ChangeFile, State), reason: null, Now), _ => true);
        if (State is { Document: var gone })
        {
            await DropAsync(gone);
        }
    }

    public async Task<BlobLink> Link(CancellationToken cancellationToken)
    {
        if (State is not { Document: { Status: BlobStatus.Stored } blob })
        {
            throw BlobRules.NotFound();
        }

        var mayRead = BlobRules.May(Me, Permission.SeeFile, blob) || await blobs.MayReadAsync(blob, Me, cancellationToken);
        return mayRead ? LinkTo(blob) : throw BlobRules.NotFound();
    }

    public async Task Expire()
    {
        if (State is { Document: { Status: BlobStatus.Pending } blob } && blob.ExpiresAt <= Now)
        {
            await EndAsync(BlobRules.Expired());
        }
    }

    public async Task Remove()
    {
        if (State is { Document.Status: not BlobStatus.Deleted })
        {
            await Delete();
        }
    }

    public async Task Settle(string ownerId)
    {
        if (State is null or { Document.Status: BlobStatus.Deleted })
        {
            await QuotaOf(ownerId).Release(Id);
        }
    }

    public async Task Forget()
    {
        if (BlobRules.Forget(State, blobs.Options, Now) is { } change)
        {
            // Once more: the URL of its ticket may have been used after the blob was deleted.
            var blob = State!.Document;
            await blobs.Store.DeleteAsync(blob.Key, CancellationToken.None);
            await QuotaOf(blob.OwnerId).Release(Id);
            await ExecuteAsync(() => change, _ => true);
        }
    }

    protected override Task<BlobState?> LoadAsync(CancellationToken cancellationToken) => BlobState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<string> Audience(BlobState state) => [Actors.Audience.User(state.Document.OwnerId)];

    protected override AppException Refusal(string? constraint) => constraint switch
    {
        ChangeLogRows.KeyConstraint or "change_events_topic_version_key" =>
            new(ErrorKind.Conflict, "FILE_EXISTS", "A file with this id existed before."),
        null => Errors.Invalid("", "holds a value that cannot be stored"),
        "blobs_owner_id_fkey" => new(ErrorKind.Rule, "USER_NOT_FOUND", "The owner is not a known user."),
        _ => new(ErrorKind.Rule, "REFUSED_BY_STORE", $"The store refused the change ({constraint})."),
    };

    private async Task<Blob> ReserveAsync(ReserveBlob command)
    {
        try
        {
            return await ExecuteAsync(() => BlobRules.Reserve(State, Id, command, blobs.Options, Me, Now), state => state!.Document);
        }
        catch (AppException refused) when (refused.Kind != ErrorKind.Unavailable && State is null)
        {
            // If nobody knows whether the blob is there, the sweep finds out.
            await QuotaOf(command.OwnerId ?? Me.UserId).Release(Id);
            throw;
        }
    }

    private async Task<CheckedBytes?> CheckAsync(Blob blob)
    {
        var check = _check ??= blobs.CheckAsync(blob);
        try
        {
            return await check.WaitAsync(CheckWait, time);
        }
        catch (TimeoutException) when (!check.IsCompleted)
        {
            throw new AppException(ErrorKind.Unavailable, "UPLOAD_BEING_CHECKED", "The uploaded bytes are being checked; ask again in a moment.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
        finally
        {
            if (check.IsCompleted)
            {
                _check = null;
            }
        }
    }

    /// <summary>Deletes the blob for the reason that is returned. It is not what the caller's command asked for, so his key is not used up.</summary>
    private async Task<AppException> EndAsync(AppException reason)
    {
        CommandKey.Current = null;
        await ExecuteAsync(() => BlobRules.Delete(State, reason.Code, Now), _ => true);
        await DropAsync(State!.Document);
        return reason;
    }

    // The commit says that the blob is gone. What fails after it is done with the row.
    private async Task DropAsync(Blob blob)
    {
        try
        {
            await blobs.Store.DeleteAsync(blob.Key, CancellationToken.None);
            await QuotaOf(blob.OwnerId).Release(Id);
        }
        catch (Exception failure) when (failure is AppException or IOException or UnauthorizedAccessException or OrleansException or TimeoutException)
        {
            LogLeft(failure, Id);
        }
    }

    private BlobLink LinkTo(Blob blob)
    {
        var lifetime = blobs.Options.LinkLifetime;
        return new(blob, blobs.Store.SignGet(blob.Key, lifetime, BlobRules.Disposition(blob)), Now + lifetime);
    }

    private IBlobQuotaGrain QuotaOf(string ownerId) => GrainFactory.GetGrain<IBlobQuotaGrain>(ownerId);

    [LoggerMessage(LogLevel.Warning, "Bytes or quota of deleted blob {Id} are left for the sweep")]
    private partial void LogLeft(Exception exception, string id);
}
