namespace Actors.Users;

/// <summary>What a user pays for (001-058).</summary>
public enum UserTier
{
    /// <summary>The default.</summary>
    Free = 0,

    /// <summary>Higher limits.</summary>
    Premium = 1,

    /// <summary>No limits.</summary>
    Enterprise = 2,
}

/// <summary>A user as he and his administrators see him.</summary>
[GenerateSerializer, Immutable, Alias("user")]
public sealed record User
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>E-mail address, lower case, unique.</summary>
    [Id(1)] public required string Email { get; init; }

    /// <summary>Display name.</summary>
    [Id(2)] public string? Username { get; init; }

    /// <summary>What he pays for.</summary>
    [Id(3)] public UserTier Tier { get; init; }

    /// <summary>What he may do.</summary>
    [Id(4)] public UserRole Role { get; init; }

    /// <summary>The factory he belongs to; a manager runs it.</summary>
    [Id(5)] public string? FactoryId { get; init; }

    /// <summary>When he registered, UTC.</summary>
    [Id(6)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When he last changed, UTC.</summary>
    [Id(7)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>His name.</summary>
    [Id(8)] public string? Name { get; init; }

    /// <summary>Address of his picture.</summary>
    [Id(9)] public string? Avatar { get; init; }

    /// <summary>When he last logged in, UTC; null if never.</summary>
    [Id(10)] public DateTimeOffset? LastLoginAt { get; init; }
}

/// <summary>Asks for an account.</summary>
[GenerateSerializer, Immutable, Alias("register-user")]
public sealed record RegisterUser
{
    /// <summary>At most <see cref="UserLimits.Email"/> characters.</summary>
    [Id(0)] public required string Email { get; init; }

    /// <summary><see cref="UserLimits.PasswordMin"/> characters to <see cref="UserLimits.PasswordMaxBytes"/> bytes.</summary>
    [Id(1)] public required string Password { get; init; }

    /// <summary>At most <see cref="UserLimits.Username"/> characters.</summary>
    [Id(2)] public string? Username { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(RegisterUser)} {{ }}";
}

/// <summary>Gives a user a role and a place; administrators only.</summary>
/// <param name="Role">What he may do.</param>
/// <param name="FactoryId">The factory he belongs to; a manager needs one.</param>
[GenerateSerializer, Immutable, Alias("change-user-access")]
public sealed record ChangeUserAccess([property: Id(0)] UserRole Role, [property: Id(1)] string? FactoryId);

/// <summary>Says that an address was proved.</summary>
/// <param name="Email">The address; lower case.</param>
/// <param name="ByHimself">Whether the user was signed in when he proved it: then his password is his own.</param>
[GenerateSerializer, Immutable, Alias("confirm-email")]
public sealed record ConfirmEmail([property: Id(0)] string Email, [property: Id(1)] bool ByHimself)
{
    /// <summary>No address in text.</summary>
    public override string ToString() => $"{nameof(ConfirmEmail)} {{ }}";
}

/// <summary>Changes the caller's own password.</summary>
[GenerateSerializer, Immutable, Alias("change-password")]
public sealed record ChangePassword
{
    /// <summary>The present one.</summary>
    [Id(0)] public required string CurrentPassword { get; init; }

    /// <summary><see cref="UserLimits.PasswordMin"/> characters to <see cref="UserLimits.PasswordMaxBytes"/> bytes.</summary>
    [Id(1)] public required string NewPassword { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(ChangePassword)} {{ }}";
}

/// <summary>Proves once more to be the user who is signed in, for what cannot be undone.</summary>
[GenerateSerializer, Immutable, Alias("prove-himself")]
public sealed record ProveHimself
{
    /// <summary>His password; null if he relies on having logged in just now.</summary>
    [Id(0)] public string? Password { get; init; }

    /// <summary>A code of his second factor, or a recovery code; null if he has none.</summary>
    [Id(1)] public string? Code { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(ProveHimself)} {{ }}";
}

/// <summary>Limits of users. Beyond one: 400 with the field's name.</summary>
public static class UserLimits
{
    /// <summary>Characters of an e-mail address (001-055).</summary>
    public const int Email = 255;

    /// <summary>Characters of a user name (001-057).</summary>
    public const int Username = 100;

    /// <summary>Fewest characters of a password.</summary>
    public const int PasswordMin = 8;

    /// <summary>Characters of a text that is searched for.</summary>
    public const int Search = 255;

    /// <summary>Characters of a cursor.</summary>
    public const int Cursor = 1_024;

    /// <summary>How often a user may try to change his password within an hour; beyond it 429.</summary>
    public const int PasswordChanges = 20;

    /// <summary>How long after a login nothing more has to be proved.</summary>
    public static readonly TimeSpan FreshSignIn = TimeSpan.FromMinutes(10);

    /// <summary>Most bytes of a password as UTF-8: bcrypt reads no more.</summary>
    public const int PasswordMaxBytes = 72;
}
