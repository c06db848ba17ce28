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

    public async Task<PartTickets> SignParts(ImmutableArray<int> numbers)
    {
        var store = blobs.Store;
        var blob = BlobRules.For(Me, Permission.ChangeFile, State).Document;
        BlobRules.ValidateParts(numbers, blob);
        var expiresAt = await EnsurePendingAsync(blob);
        if (await AreJoinedAsync(blob))
        {
            throw BlobRules.Exists();
        }

        var lifetime = expiresAt - Now;
        if (lifetime <= TimeSpan.Zero)
        {
            throw BlobRules.Expired(); // not ended: what was completed in time is being checked
        }

        var partsId = State!.PartsId ?? await BeginPartsAsync(blob);
        var tickets = numbers.Select(number =>
        {
            var part = BlobRules.Part(blob.Size, number);
            var put = store.SignPutPart(blob.Key, partsId, part, lifetime);
            return new PartTicket(number, part.Size, put.Url, put.Headers);
        });
        return new([.. tickets], BlobLimits.PartSize, BlobRules.PartCount(blob.Size), expiresAt);
    }

    public async Task<UploadParts> ListParts()
    {
        var store = blobs.Store;
        var blob = BlobRules.For(Me, Permission.ChangeFile, State).Document;
        var expiresAt = await EnsurePendingAsync(blob);
        var received = await AreJoinedAsync(blob) ? BlobRules.Parts(blob.Size)
            : State!.PartsId is { } partsId ? await store.ListPartsAsync(blob.Key, partsId, CancellationToken.None) : [];
        return new(BlobLimits.PartSize, BlobRules.PartCount(blob.Size), received, expiresAt);
    }

    public async Task<BlobLink> Complete()
    {
        var blob = BlobRules.For(Me, Permission.ChangeFile, State).Document;
        if (blob.Status == BlobStatus.Stored)
        {
            return LinkTo(blob);
        }

        await EnsurePendingAsync(blob);
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
        if (State is { } gone)
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
        // What was completed in time is not too late because its check takes long.
        if (State is { Document: { Status: BlobStatus.Pending } blob } && blob.ExpiresAt <= Now && _check is not { IsCompleted: false })
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
            await DeleteBytesAsync(State!);
            await QuotaOf(State!.Document.OwnerId).Release(Id);
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

    /// <summary>Until when bytes may be uploaded; throws if they may not any more. What is being checked was completed in time, and is not ended.</summary>
    private async Task<DateTimeOffset> EnsurePendingAsync(Blob blob) => blob switch
    {
        { Status: BlobStatus.Stored } => throw BlobRules.Exists(),
        { Status: BlobStatus.Deleted } => throw BlobRules.Ended(State!.EndReason),
        { ExpiresAt: { } expiresAt } when expiresAt > Now || _check is not null => expiresAt,
        _ => throw await EndAsync(BlobRules.Expired()),
    };

    /// <summary>
    /// Begins the put in parts; its name. Asking for tickets may be repeated without a key, so the caller's is not used up. If nobody knows whether the name
    /// was written, the put must stay for those who may find it; if it was not, the sweep drops it.
    /// </summary>
    private async Task<string> BeginPartsAsync(Blob blob)
    {
        CommandKey.Current = null;
        var partsId = await blobs.Store.BeginPartsAsync(blob.Key, blob.ContentType, CancellationToken.None);
        return await ExecuteAsync(() => BlobRules.BeginParts(State, partsId), state => state!.PartsId!);
    }

    // Then nothing is left to send, whatever became of the completion that did it.
    private async Task<bool> AreJoinedAsync(Blob blob) =>
        State!.PartsId is not null && await blobs.Store.HeadAsync(blob.Key, CancellationToken.None) is not null;

    private async Task<CheckedBytes?> CheckAsync(Blob blob)
    {
        if (_check is { IsFaulted: true } or { IsCompletedSuccessfully: true, Result: null })
        {
            _check = null; // of before: what was missing then may be there now
        }

        var check = _check ??= blobs.CheckAsync(blob, State!.PartsId);
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
        await DropAsync(State!);
        return reason;
    }

    // The commit says that the blob is gone. What fails after it is done with the row.
    private async Task DropAsync(BlobState gone)
    {
        try
        {
            await DeleteBytesAsync(gone);
            await QuotaOf(gone.Document.OwnerId).Release(Id);
        }
        catch (Exception failure) when (failure is AppException or IOException or UnauthorizedAccessException or OrleansException or TimeoutException)
        {
            LogLeft(failure, Id);
        }
    }

    // The parts first: they could become what is deleted.
    private async Task DeleteBytesAsync(BlobState gone)
    {
        if (gone.PartsId is { } partsId)
        {
            await blobs.Store.AbortPartsAsync(gone.Document.Key, partsId, CancellationToken.None);
        }

        await blobs.Store.DeleteAsync(gone.Document.Key, CancellationToken.None);
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
