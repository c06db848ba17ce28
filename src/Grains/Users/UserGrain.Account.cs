using Actors.Storage;

namespace Actors.Users;

/// <content>The end of the account.</content>
internal sealed partial class UserGrain
{
    private const int MostAnswers = 2_000;

    public async Task DeleteAccount(ProveHimself proof, string sessionId)
    {
        await EnsureProvedAsync(proof, sessionId);
        if (proof.Password is not null && TwoFactorRules.IsEnabled(State))
        {
            await EnsureCodeAsync(State!.TwoFactor!, proof.Code); // a login just now proved both
        }

        var openOrder = await Database.FirstAsync(
            "select id from work_orders where owner_id = @me and status not in ('completed', 'cancelled') limit 1", [("me", Id)], row => row.GetString(0));
        var answers = await Database.ListAsync(
            "select caller_id, key from idempotency_keys where resource = @me limit @limit",
            [("me", Topic), ("limit", MostAnswers)],
            row => IdempotencyRecord.Table.Delete(new(Topic, row.GetString(0), row.GetString(1), RequestHash: "", Answer: [], default)));
        var email = State!.User.Email;
        if (State.User.Role == UserRole.Admin)
        {
            await GrainFactory.GetGrain<IAdministratorsGrain>(0).Leave(Id); // the last one stays
        }

        await ExecuteAsync(() => AccountRules.Delete(State, openOrder, answers, Now), _ => true);

        // Not waited for: that grain may be waiting for this one. What is linked to other systems, DeletedUserGrain unlinks.
        await GrainFactory.GetGrain<IEmailCodeUpkeep>(EmailCodes.KeyOf(email)).Forget(email);
    }

    /// <summary>That the caller is the user himself, and not only somebody with his token.</summary>
    private async Task EnsureProvedAsync(ProveHimself proof, string sessionId)
    {
        var own = UserRules.Own(State, Caller.Current!);
        if (proof.Password is null)
        {
            if (!AccountRules.IsFresh(own, sessionId, Now))
            {
                throw AccountRules.ProofNeeded();
            }

            return;
        }

        if (!await IsPasswordAsync(proof.Password, own))
        {
            await access.Failures.AppendAsync(UserAudit.LogInFailed(SignInGrants.Password), Id);
            throw UserRules.WrongPassword();
        }
    }
}
