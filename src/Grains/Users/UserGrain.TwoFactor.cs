namespace Actors.Users;

/// <content>The second factor. Secrets and codes are in no answer that is kept with a command's key.</content>
internal sealed partial class UserGrain
{
    public Task<TwoFactorStatus> TwoFactor() => Task.FromResult(
        UserRules.Own(State, Caller.Current!).TwoFactor is { ConfirmedAt: { } since } enabled
            ? new TwoFactorStatus(IsEnabled: true, since, enabled.Hashes.Length)
            : new TwoFactorStatus(IsEnabled: false, EnabledAt: null, RecoveryCodesLeft: 0));

    public async Task<TwoFactorSecret> EnrolTwoFactor(ProveHimself proof, string sessionId)
    {
        await EnsureProvedAsync(proof, sessionId);
        await ExecuteAsync(() => TwoFactorRules.Enrol(State, access.SecondFactor.NewSecret(), Now), _ => true);
        return access.SecondFactor.Show(State!);
    }

    public async Task<RecoveryCodes> ConfirmTwoFactor(string code)
    {
        var own = UserRules.Own(State, Caller.Current!);
        var proved = await EnsureCodeAsync(TwoFactorRules.Pending(own), code);
        var (codes, hashes) = TwoFactorRules.NewRecoveryCodes(Id);
        await WithoutKeyAsync(() => ExecuteAsync(() => TwoFactorRules.Confirm(State!, proved, hashes, Now), _ => true));
        return codes;
    }

    public async Task<RecoveryCodes> RenewRecoveryCodes(ProveHimself proof, string sessionId)
    {
        var proved = await EnsureBothAsync(proof, sessionId);
        var (codes, hashes) = TwoFactorRules.NewRecoveryCodes(Id);
        await WithoutKeyAsync(() => ExecuteAsync(() => TwoFactorRules.Renew(State!, proved, hashes), _ => true));
        return codes;
    }

    public async Task DisableTwoFactor(ProveHimself proof, string sessionId)
    {
        await EnsureBothAsync(proof, sessionId);
        await WithoutKeyAsync(() => ExecuteAsync(() => TwoFactorRules.Disable(State!), _ => true));
    }

    public async Task<SignedIn> SignInBySecondFactor(ProveSecondFactor command)
    {
        if (!TwoFactorRules.IsEnabled(State) || access.SecondFactor.GrantOf(command.Challenge, State!, Now) is not { } grant)
        {
            await access.Lockout.CheckAsync(email: null, command.Device.Ip);
            await access.Lockout.FailAsync(email: null, command.Device.Ip, Id, UserAudit.LogInFailed(SignInGrants.SecondFactor));
            throw TwoFactorRules.InvalidChallenge();
        }

        var email = State!.User.Email;
        await access.Lockout.CheckAsync(email, command.Device.Ip);
        if (TwoFactorRules.Use(State.TwoFactor!, access.SecondFactor.Read(State.TwoFactor!), command.Code, Now) is not { } used)
        {
            await access.Lockout.FailAsync(email, command.Device.Ip, Id, UserAudit.LogInFailed(SignInGrants.SecondFactor));
            throw TwoFactorRules.InvalidCode();
        }

        // One commit uses the code up and opens the session. A repetition is refused, also with the same key: the code was used.
        var id = await WithoutKeyAsync(() => ExecuteAsync(
            () => SessionRules.Open(State! with { TwoFactor = used }, Ids.New(Now), command.Device, $"{grant}+{SignInGrants.SecondFactor}", access.TokenOptions, Now),
            state => state!.Sessions[^1].Id));
        await access.Lockout.ClearAsync(email);
        return await access.Tokens.IssueAsync(State!.User, Find(id) ?? throw Errors.Unauthenticated());
    }

    /// <summary>That the caller has the password, if there is one, and a code.</summary>
    private async Task<TwoFactorState> EnsureBothAsync(ProveHimself proof, string sessionId)
    {
        var own = UserRules.Own(State, Caller.Current!);
        var enabled = TwoFactorRules.Enabled(own);
        if (proof.Password is null && own.PasswordHash.Length > 0)
        {
            throw AccountRules.ProofNeeded();
        }

        await EnsureProvedAsync(proof, sessionId);
        return await EnsureCodeAsync(enabled, proof.Code);
    }

    /// <summary>What is left of the second factor after the code. 403 if it is none; failures count against the account.</summary>
    private async Task<TwoFactorState> EnsureCodeAsync(TwoFactorState present, string? code)
    {
        var email = State!.User.Email;
        await access.Lockout.CheckAsync(email, ip: null);
        if (TwoFactorRules.Use(present, access.SecondFactor.Read(present), code ?? "", Now) is { } used)
        {
            return used;
        }

        await access.Lockout.FailAsync(email, ip: null, Id, UserAudit.LogInFailed(SignInGrants.SecondFactor));
        throw TwoFactorRules.WrongCode();
    }
}
