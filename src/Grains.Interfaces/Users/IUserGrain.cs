using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>One user. Key: the user's id. A command's effect is durable once the method returns.</summary>
[Alias("user-grain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Creates the account. 409 <c>EMAIL_TAKEN</c>.</summary>
    [Alias("register"), Anonymous]
    Task<User> Register(RegisterUser command);

    /// <summary>The user, if the password is right; null if not.</summary>
    [Alias("verify-password"), Anonymous]
    Task<User?> VerifyPassword(string password);

    /// <summary>The user: himself or for an administrator. 404 <c>USER_NOT_FOUND</c> otherwise.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<User> Get();

    /// <summary>Gives the user a role and a place; administrators only.</summary>
    [Alias("change-access")]
    Task<User> ChangeAccess(ChangeUserAccess command);

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
    /// tries. Sessions opened before end.
    /// </summary>
    [Alias("change-password")]
    Task<User> ChangePassword(ChangePassword command);
}

/// <summary>Finds users.</summary>
[Alias("user-queries")]
public interface IUserQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>The id of the user with that e-mail address, or null.</summary>
    [Alias("find-by-email"), Anonymous]
    Task<string?> FindByEmail(string email);
}
