using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>One user. Key: the user's id. A command's effect is durable once the method returns.</summary>
[Alias("user-grain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Creates the account. 409 <c>EMAIL_TAKEN</c>.</summary>
    [Alias("register"), Anonymous]
    Task<User> Register(RegisterUser command);

    /// <summary>As <see cref="Register"/>, and logs in.</summary>
    [Alias("sign-up"), Anonymous]
    Task<SignedIn> SignUp(RegisterUser command, Device device);

    /// <summary>
    /// Logs in by password. 403 <c>ACCOUNT_LOCKED</c> if an administrator keeps him out; 401 <c>INVALID_CREDENTIALS</c>, the same and as late when there is no such user; 429 <c>TOO_MANY_FAILURES</c> after
    /// too many of them.
    /// </summary>
    [Alias("sign-in"), Anonymous]
    Task<SignedIn> SignIn(SignIn command);

    /// <summary>
    /// Exchanges a refresh token for the next pair. For half a minute it gives the same successor again; after that its session ends, for
    /// somebody else has the token too. 401 <c>INVALID_REFRESH_TOKEN</c>.
    /// </summary>
    [Alias("refresh"), Anonymous]
    Task<SignedIn> Refresh(string refreshToken, Device device);

    /// <summary>
    /// Whether a request of the session may pass, and as whom; counts it against the user's limit. It comes before every other call, so a silo
    /// that does not answer is given up soon, and the call is made again.
    /// </summary>
    [Alias("admit"), Anonymous, AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task<Admission> Admit(string sessionId);

    /// <summary>Opens a session of a user who has proved himself, by a code or at a provider. For the system alone.</summary>
    /// <param name="device">From where.</param>
    /// <param name="grant">By what he proved himself, for the audit log: <c>code</c>, <c>google</c>.</param>
    [Alias("open-session")]
    Task<SignedIn> OpenSession(Device device, string grant);

    /// <summary>Whether the session holds; counts nothing.</summary>
    [Alias("is-session-alive"), Anonymous, AlwaysInterleave]
    Task<bool> IsSessionAlive(string sessionId);

    /// <summary>The sessions that hold, the last one used first: for the user himself or an administrator.</summary>
    [Alias("sessions"), AlwaysInterleave]
    Task<ImmutableArray<UserSession>> Sessions();

    /// <summary>Ends sessions of the caller; none is not an error.</summary>
    /// <param name="scope">Which.</param>
    /// <param name="sessionId">The one that asks.</param>
    [Alias("end-sessions")]
    Task EndSessions(SessionScope scope, string sessionId);

    /// <summary>Ends a session. 404 <c>SESSION_NOT_FOUND</c>.</summary>
    [Alias("end-session")]
    Task EndSession(string sessionId);

    /// <summary>The user: himself or for an administrator. 404 <c>USER_NOT_FOUND</c> otherwise.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<User> Get();

    /// <summary>As <see cref="Get"/>, with what he says of himself.</summary>
    [Alias("get-profile"), AlwaysInterleave]
    Task<UserProfile> GetProfile();

    /// <summary>Changes what he says of himself; by himself or an administrator. 412 if it is no longer what the caller has seen.</summary>
    [Alias("change-profile")]
    Task<UserProfile> ChangeProfile(ChangeProfile command);

    /// <summary>Whether the caller's logins ask for a second factor.</summary>
    [Alias("two-factor"), AlwaysInterleave]
    Task<TwoFactorStatus> TwoFactor();

    /// <summary>
    /// Makes a secret for the caller's app. Logins do not ask for it before <see cref="ConfirmTwoFactor"/>; until then it may be made anew. He proves
    /// himself as for <see cref="DeleteAccount"/>. 409 <c>TWO_FACTOR_ENABLED</c>.
    /// </summary>
    [Alias("enrol-two-factor")]
    Task<TwoFactorSecret> EnrolTwoFactor(ProveHimself proof, string sessionId);

    /// <summary>Proves that the caller's app has the secret: from now on every login asks for it. 403 <c>WRONG_CODE</c>. Not to be repeated.</summary>
    [Alias("confirm-two-factor")]
    Task<RecoveryCodes> ConfirmTwoFactor(string code);

    /// <summary>Other recovery codes, for who has password (if there is one) and code. Not to be repeated.</summary>
    [Alias("renew-recovery-codes")]
    Task<RecoveryCodes> RenewRecoveryCodes(ProveHimself proof, string sessionId);

    /// <summary>Logins ask for no second factor any more, for who has password (if there is one) and code.</summary>
    [Alias("disable-two-factor")]
    Task DisableTwoFactor(ProveHimself proof, string sessionId);

    /// <summary>
    /// Finishes a login that was answered with <see cref="SecondFactorChallenge.Required"/>. 401 <c>INVALID_CHALLENGE</c> or <c>INVALID_CODE</c>; 429
    /// after too many. A code works once, so the call is not to be repeated.
    /// </summary>
    [Alias("sign-in-by-second-factor"), Anonymous]
    Task<SignedIn> SignInBySecondFactor(ProveSecondFactor command);

    /// <summary>
    /// Deletes the caller's own account: nothing about him is left but his id, where orders refer to it. He proves himself by his password, or has
    /// logged in within <see cref="UserLimits.FreshSignIn"/>: else 403. 409 <c>OPEN_WORK_ORDERS</c> while he owns orders that are not over.
    /// </summary>
    /// <param name="proof">How he proves himself.</param>
    /// <param name="sessionId">The session that asks.</param>
    [Alias("delete-account")]
    Task DeleteAccount(ProveHimself proof, string sessionId);

    /// <summary>Gives the user a role and a place; administrators only. As <see cref="Administer"/>.</summary>
    [Alias("change-access")]
    Task<User> ChangeAccess(ChangeUserAccess command);

    /// <summary>
    /// Changes role, factory, tier and lock of the user; administrators only. A lock ends his sessions. 412; 409 <c>LAST_ADMINISTRATOR</c> if
    /// nobody would be left to administer.
    /// </summary>
    [Alias("administer")]
    Task<AdminUser> Administer(AdministerUser command);

    /// <summary>The user as administrators see him, for them alone. 404 <c>USER_NOT_FOUND</c>.</summary>
    [Alias("inspect"), AlwaysInterleave]
    Task<AdminUser> Inspect();

    /// <summary>
    /// Lets the calling administrator act as the user for a quarter of an hour, but not change how he signs in. 403 for another administrator,
    /// 409 <c>USER_LOCKED</c>.
    /// </summary>
    [Alias("impersonate")]
    Task<Impersonation> Impersonate();

    /// <summary>
    /// Marks the address as proved, and makes the account if there is none. For the system alone. A password from before that proof goes,
    /// unless the user himself brought it: anybody could have registered with the address.
    /// </summary>
    [Alias("confirm-email")]
    Task<User> ConfirmEmail(ConfirmEmail command);

    /// <summary>Whether the user proved his address here. For the system alone.</summary>
    [Alias("has-proved-email")]
    Task<bool> HasProvedEmail();

    /// <summary>
    /// Sets the password of a user who proved his address. For the system alone. Sessions opened before end, and a lock-out does, too.
    /// </summary>
    [Alias("set-password")]
    Task<User> SetPassword(string newPassword);

    /// <summary>
    /// Changes the caller's own password. 403 <c>WRONG_PASSWORD</c> if the present one is another, 429 after too many
    /// tries. The other sessions end.
    /// </summary>
    /// <param name="command">Both passwords.</param>
    /// <param name="sessionId">The session that asks.</param>
    [Alias("change-password")]
    Task<SignedIn> ChangePassword(ChangePassword command, string sessionId);
}

/// <summary>Stands for a user who is not there.</summary>
public static class UnknownUser
{
    /// <summary>An id that nobody has, the same for an address each time.</summary>
    public static string IdOf(string email) => Ids.From("unknown", email, "");
}

/// <summary>Finds users.</summary>
[Alias("user-queries")]
public interface IUserQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>The id of the user with that e-mail address, or null.</summary>
    [Alias("find-by-email"), Anonymous]
    Task<string?> FindByEmail(string email);

    /// <summary>The users that match, the newest first; administrators only.</summary>
    [Alias("list")]
    Task<Page<AdminUser>> List(ListUsers query, CancellationToken cancellationToken);
}
