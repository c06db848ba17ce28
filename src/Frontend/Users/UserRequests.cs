using System.ComponentModel.DataAnnotations;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Users;

/// <summary>Asks for an account.</summary>
internal sealed record RegisterRequest
{
    /// <summary>The address to log in with.</summary>
    [Required]
    public string? Email { get; init; }

    /// <summary>At least 8 characters, at most 72 bytes.</summary>
    [Required]
    public string? Password { get; init; }

    /// <summary>Display name.</summary>
    public string? Username { get; init; }

    /// <summary>What the device is to be called in the list of sessions; at most 100 characters.</summary>
    public string? DeviceName { get; init; }

    public RegisterUser ToCommand() => new()
    {
        Email = Required(Email, "email").Trim().ToLowerInvariant(),
        Password = Required(Password, "password"),
        Username = Username,
    };

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(RegisterRequest);
}

/// <summary>Asks for a token.</summary>
internal sealed record LoginRequest
{
    /// <summary>The address given at registration.</summary>
    [Required]
    public string? Email { get; init; }

    /// <summary>The password given at registration.</summary>
    [Required]
    public string? Password { get; init; }

    /// <summary>What the device is to be called in the list of sessions; at most 100 characters.</summary>
    public string? DeviceName { get; init; }

    public (string Email, string Password) ToCredentials() =>
        (Required(Email, "email").Trim().ToLowerInvariant(), Required(Password, "password"));

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(LoginRequest);
}

/// <summary>Gives a user a role and a place.</summary>
internal sealed record ChangeAccessRequest
{
    /// <summary>What he may do.</summary>
    [Required]
    public UserRole? Role { get; init; }

    /// <summary>The factory he belongs to; absent for none.</summary>
    public string? FactoryId { get; init; }

    public ChangeUserAccess ToCommand() => new(Required(Role, "role"), FactoryId);
}

/// <summary>A user and the tokens that speak for him.</summary>
/// <param name="User">Who it is.</param>
/// <param name="Token">Bearer token, seven days by default.</param>
/// <param name="RefreshToken">Gives the next pair of tokens, once.</param>
/// <param name="ExpiresAt">When the bearer token ends.</param>
internal sealed record Session(User User, string Token, string RefreshToken, DateTimeOffset ExpiresAt)
{
    public static Session Of(SignedIn signedIn) => new(signedIn.User, signedIn.Token, signedIn.RefreshToken, signedIn.ExpiresAt);

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(Session);
}
