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
}

/// <summary>Finds users.</summary>
[Alias("user-queries")]
public interface IUserQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>The id of the user with that e-mail address, or null.</summary>
    [Alias("find-by-email"), Anonymous]
    Task<string?> FindByEmail(string email);
}
