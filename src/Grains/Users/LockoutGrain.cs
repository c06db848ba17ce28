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
    [Alias("fail")]
    Task Fail();

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

    public static bool IsAddress(string key) => key.StartsWith(AddressPrefix, StringComparison.Ordinal);
}

/// <inheritdoc cref="ILockoutGrain"/>
internal sealed class LockoutGrain(ICommitStore store, Database database, IOptions<LockoutOptions> options, TimeProvider time) : Grain, ILockoutGrain
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

    public async Task Fail()
    {
        var allowed = LockoutKeys.IsAddress(_state.Id) ? options.Value.AddressFailures : options.Value.AccountFailures;
        if (allowed > 0 && !await TryWriteAsync(LockoutRules.Fail(_state, allowed, options.Value, time.GetUtcNow())))
        {
            // The row was swept as too old, or an earlier incarnation wrote: once more, on what is there.
            await LoadAsync(CancellationToken.None);
            if (!await TryWriteAsync(LockoutRules.Fail(_state, allowed, options.Value, time.GetUtcNow())))
            {
                throw Errors.Unavailable("The failure could not be noted; try again.");
            }
        }
    }

    public async Task Clear()
    {
        if (_state.Failures > 0 && !await TryWriteAsync(_state with { Version = _state.Version + 1, Failures = 0, LockedUntil = null }))
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

    private async Task<bool> TryWriteAsync(FailureState next)
    {
        var outcome = await store.CommitAsync(new Commit
        {
            Id = _state.Id,
            ExpectedVersion = _state.Version,
            Root = _state.Version == 0 ? Table.Insert(next) : Table.Update(next),
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
