using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.Users;

/// <summary>One user. Key: the user's id. Owns: the password's hash never leaves. Durable once a method returns.</summary>
internal sealed partial class UserGrain(EntityServices services, PasswordHasher passwords, AccessServices access)
    : EntityGrain<UserState>(services), IUserGrain
{
    protected override string Topic => UserEvents.Topic(Id);

    protected override Table<UserState> Root => UserState.Table;

    public async Task<User> Register(RegisterUser command)
    {
        UserRules.Validate(command);
        var hash = State is null ? await passwords.HashAsync(command.Password) : "";
        return await ExecuteAsync(() => UserRules.Register(State, Id, command, hash, Now), state => state!.User);
    }

    public Task<User> Get() => Task.FromResult(UserRules.Visible(State, Caller.Current!).User);

    public Task<UserProfile> GetProfile() => Task.FromResult(ProfileRules.View(UserRules.Visible(State, Caller.Current!)));

    public Task<UserProfile> ChangeProfile(ChangeProfile command) =>
        ExecuteAsync(() => ProfileRules.Change(State, command, Caller.Current!, Now), state => ProfileRules.View(state!));

    public Task<User> ConfirmEmail(ConfirmEmail command)
    {
        EnsureSystem();
        return ExecuteAsync(() => UserRules.ConfirmEmail(State, Id, command, Now), state => state!.User);
    }

    public Task<bool> HasProvedEmail()
    {
        EnsureSystem();
        return Task.FromResult(State?.EmailVerifiedAt is not null);
    }

    public async Task<User> SetPassword(string newPassword)
    {
        EnsureSystem();
        UserRules.ValidatePassword("newPassword", newPassword);
        var hash = await passwords.HashAsync(newPassword);
        var user = await ExecuteAsync(() => UserRules.SetPassword(State, hash, Now), state => state!.User);
        await ClearLockoutAsync(user.Email);
        return user;
    }

    public async Task<SignedIn> ChangePassword(ChangePassword command, string sessionId)
    {
        UserRules.ValidatePassword("newPassword", command.NewPassword);
        var own = UserRules.Own(State, Caller.Current!);
        var isRight = await IsPasswordAsync(command.CurrentPassword, own);
        var hash = isRight ? await passwords.HashAsync(command.NewPassword) : "";
        await WriteDownIfWrongAsync(
            () => ExecuteAsync(() => UserRules.ChangePassword(State, isRight, hash, sessionId, Now), _ => true), SignInGrants.PasswordChange);
        return await access.Tokens.IssueAsync(State!.User, Find(sessionId) ?? throw Errors.Unauthenticated());
    }

    /// <summary>Whether it is the password; only so often, because a stolen token must not guess it.</summary>
    private async Task<bool> IsPasswordAsync(string password, UserState own)
    {
        await GrainFactory.EnsureMayAsync("password", Id, UserLimits.PasswordChanges);
        return await passwords.VerifyAsync(password, own.PasswordHash);
    }

    // After the refusal: a command that is repeated when the password has changed already is no failure.
    private async Task WriteDownIfWrongAsync(Func<Task> command, string grant)
    {
        try
        {
            await command();
        }
        catch (AppException refused) when (refused.Code == UserRules.WrongPasswordCode)
        {
            await access.Failures.AppendAsync(UserAudit.LogInFailed(grant), Id);
            throw;
        }
    }

    protected override Task<UserState?> LoadAsync(CancellationToken cancellationToken) =>
        UserState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<RowChange> ChildChanges(UserState? before, UserState after) =>
        [.. SessionState.Changes(before?.Sessions ?? [], after.Sessions), .. ProfileRow.Changes(Id, before?.Web, after.Web), .. TwoFactorState.Changes(before?.TwoFactor, after.TwoFactor)];

    protected override ImmutableArray<string> Audience(UserState state) => [Actors.Audience.User(state.User.Id)];

    protected override AppException Refusal(string? constraint) => constraint == "users_email_key"
        ? new(ErrorKind.Conflict, "EMAIL_TAKEN", "This e-mail address has an account already.")
        : Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");

    private static void EnsureSystem()
    {
        if (Caller.Current != Caller.System)
        {
            throw Errors.Forbidden("Only the system says what a user has proved.");
        }
    }
}
