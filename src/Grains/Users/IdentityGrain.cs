using Actors.Audit;
using Actors.Storage;

namespace Actors.Users;

/// <summary>The side of an identity that is turned to the system.</summary>
internal interface IIdentityUpkeep : IGrainWithStringKey
{
    /// <summary>Forgets the account, if it belongs to that user.</summary>
    [Alias("unlink")]
    Task Unlink(string userId);
}

/// <summary>Key: <see cref="ForeignIdentity.Key"/>. Owns: an account at a provider belongs to one user, for good.</summary>
internal sealed class IdentityGrain(ICommitStore store, Database database, Lockout lockout, TimeProvider time) : Grain, IIdentityGrain, IIdentityUpkeep
{
    internal static readonly Table<Row> Table = new Table<Row>("user_identities")
        .Key("id", r => r.Id)
        .Integer("version", _ => 1)
        .Text("provider", r => r.Identity.Provider)
        .Text("subject", r => r.Identity.Subject)
        .Text("user_id", r => r.UserId)
        .Text("email", r => r.Identity.Email)
        .Timestamp("created_at", r => r.CreatedAt);

    /// <summary>A row that goes is found by its key alone.</summary>
    private static readonly ForeignIdentity Nobody = new() { Provider = "", Subject = "", Email = "" };

    private string? _userId;

    // Whose account it is, is the question.
    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _userId = await database.RowsOfAllUsers().FirstAsync(
        "select user_id from user_identities where id = @id", [("id", this.GetPrimaryKeyString())], row => row.GetString(0), cancellationToken);

    public async Task<SignedIn> SignIn(ForeignIdentity identity, Device device)
    {
        if (identity.Key() != this.GetPrimaryKeyString())
        {
            throw Errors.Invalid("subject", "is not the account of this grain");
        }

        await lockout.CheckAsync(identity.Email is { } email ? UserRules.NormalizeEmail(email) : null, device.Ip);
        (Caller.Current, CommandKey.Current) = (Caller.System, null);
        if (_userId is null)
        {
            await LinkAsync(identity);
        }

        try
        {
            return await GrainFactory.GetGrain<IUserGrain>(_userId!).OpenSession(device, identity.Provider);
        }
        catch (AppException gone) when (gone.Code == UserRules.NotFoundCode)
        {
            // The user deleted his account, and this identity was not told yet: it begins anew.
            await Unlink(_userId!);
            await LinkAsync(identity);
            return await GrainFactory.GetGrain<IUserGrain>(_userId!).OpenSession(device, identity.Provider);
        }
    }

    public async Task Unlink(string userId)
    {
        if (_userId != userId)
        {
            return;
        }

        var row = new Row(this.GetPrimaryKeyString(), Nobody, userId, default);
        var outcome = await store.CommitAsync(new Commit { Id = row.Id, ExpectedVersion = 1, Root = Table.Delete(row) });
        if (outcome.Status != CommitStatus.Committed)
        {
            DeactivateOnIdle();
            throw Errors.Unavailable("The account could not be unlinked; try again.");
        }

        _userId = null;
    }

    private async Task LinkAsync(ForeignIdentity identity)
    {
        UserRules.ValidateIdentity(identity);
        var email = UserRules.NormalizeEmail(identity.Email!);
        var userId = await GrainFactory.GetGrain<IUserQueriesGrain>(0).FindByEmail(email);
        if (userId is null)
        {
            userId = Ids.New(time.GetStorableNow());
            await GrainFactory.GetGrain<IUserGrain>(userId).ConfirmEmail(new ConfirmEmail(email, ByHimself: false));
        }
        else if (!await GrainFactory.GetGrain<IUserGrain>(userId).HasProvedEmail())
        {
            // Somebody else may have registered with the address, and would share the account from now on.
            throw new AppException(
                ErrorKind.Conflict, "ACCOUNT_NOT_LINKED", "There is an account with this address that was not proved: sign in by a code first.");
        }

        var row = new Row(this.GetPrimaryKeyString(), identity with { Email = email }, userId, time.GetStorableNow());
        var linked = AuditRows.Insert(UserAudit.IdentityLinked(userId, identity.Provider), userId, row.CreatedAt);
        var outcome = await store.CommitAsync(new Commit { Id = row.Id, ExpectedVersion = 0, Root = Table.Insert(row), Rows = [linked] });
        if (outcome.Status != CommitStatus.Committed)
        {
            DeactivateOnIdle();
            throw Errors.Unavailable("The account could not be linked; try again.");
        }

        _userId = userId;
    }

    internal sealed record Row(string Id, ForeignIdentity Identity, string UserId, DateTimeOffset CreatedAt);
}
