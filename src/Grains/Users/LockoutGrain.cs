using System.Collections.Immutable;
using Actors.Audit;
using Actors.Storage;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>
/// Failed proofs of one account or from one IP address: what it counts is durable once a method returns, so a silo's death unlocks nobody.
/// Key: <see cref="LockoutKeys"/>.
/// </summary>
internal interface ILockoutGrain : IGrainWithStringKey
{
    /// <summary>How much longer nothing is to be proved; null if it may.</summary>
    [Alias("remaining")]
    Task<TimeSpan?> Remaining();

    /// <summary>A proof failed.</summary>
    /// <param name="userId">Who somebody wanted to be, for the audit log.</param>
    [Alias("fail")]
    Task Fail(string userId);

    /// <summary>Forgets all failures: he has proved who he is.</summary>
    [Alias("clear")]
    Task Clear();
}

/// <summary>Names what may be locked.</summary>
internal static class LockoutKeys
{
    private const string AddressPrefix = "ip/";

    /// <summary>An account by its e-mail address, whether there is one or not: nobody learns which.</summary>
    public static string Account(string email) => Ids.From("lockout", UserRules.NormalizeEmail(email), "");

    /// <summary>An IP address.</summary>
    public static string Address(string ip) => AddressPrefix + ip;

    /// <summary>The address that a key names, if <see cref="IsAddress"/>.</summary>
    public static string AddressOf(string key) => key[AddressPrefix.Length..];

    public static bool IsAddress(string key) => key.StartsWith(AddressPrefix, StringComparison.Ordinal);
}

/// <inheritdoc cref="ILockoutGrain"/>
internal sealed class LockoutGrain(ICommitStore store, Database database, FailureAudit audit, IOptions<LockoutOptions> options, TimeProvider time)
    : Grain, ILockoutGrain
{
    private static readonly Table<FailureState> Table = new Table<FailureState>("sign_in_failures")
        .Key("id", s => s.Id)
        .Integer("version", s => s.Version)
        .Integer("failures", s => s.Failures)
        .Timestamp("last_failed_at", s => s.LastFailedAt)
        .Timestamp("locked_until", s => s.LockedUntil);

    private FailureState _state = null!;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => await LoadAsync(cancellationToken);

    public Task<TimeSpan?> Remaining() => Task.FromResult(LockoutRules.Remaining(_state, time.GetUtcNow()));

    public async Task Fail(string userId)
    {
        var allowed = LockoutKeys.IsAddress(_state.Id) ? options.Value.AddressFailures : options.Value.AccountFailures;
        if (allowed > 0 && !await TryFailAsync(allowed, userId))
        {
            // The row was swept as too old, or an earlier incarnation wrote: once more, on what is there.
            await LoadAsync(CancellationToken.None);
            if (!await TryFailAsync(allowed, userId))
            {
                throw Errors.Unavailable("The failure could not be noted; try again.");
            }
        }
    }

    public async Task Clear()
    {
        if (_state.Failures > 0 && !await TryWriteAsync(_state with { Version = _state.Version + 1, Failures = 0, LockedUntil = null }, []))
        {
            DeactivateOnIdle(); // it stays counted, and is forgotten by itself in time
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var id = this.GetPrimaryKeyString();
        _state = await database.FirstAsync(
            "select version, failures, last_failed_at, locked_until from sign_in_failures where id = @id",
            [("id", id)],
            row => new FailureState(id, row.GetInt64(0), row.GetInt64(1), row.GetTimestamp(2), row.GetNullableTimestamp(3)),
            cancellationToken) ?? new FailureState(id, 0, 0, DateTimeOffset.MinValue, null);
    }

    private Task<bool> TryFailAsync(int allowed, string userId)
    {
        var next = LockoutRules.Fail(_state, allowed, options.Value, time.GetUtcNow());
        return TryWriteAsync(next, next.LockedUntil is { } until ? LockedOut(until, userId) : []);
    }

    private ImmutableArray<RowChange> LockedOut(DateTimeOffset until, string userId)
    {
        var (entity, id) = LockoutKeys.IsAddress(_state.Id) ? (AuditEntities.Address, LockoutKeys.AddressOf(_state.Id)) : (AuditEntities.User, userId);
        var note = new AuditNote(AuditActions.LockedOut, entity, AuditChanges.Of(("until", null, until.UtcDateTime))) { Actor = AuditActor.Nobody };
        return audit.Rows(note, id);
    }

    private async Task<bool> TryWriteAsync(FailureState next, ImmutableArray<RowChange> rows)
    {
        var outcome = await store.CommitAsync(new Commit
        {
            Id = _state.Id,
            ExpectedVersion = _state.Version,
            Root = _state.Version == 0 ? Table.Insert(next) : Table.Update(next),
            Rows = rows,
        });
        if (outcome.Status == CommitStatus.Committed)
        {
            _state = next;
            return true;
        }

        if (outcome.Status == CommitStatus.Unknown)
        {
            DeactivateOnIdle();
        }

        return outcome.Status == CommitStatus.NotWritten ? throw Errors.Unavailable("The store takes no writes at the moment.") : false;
    }
}
