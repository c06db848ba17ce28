using System.ComponentModel.DataAnnotations;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Users;

/// <summary>Asks for a code.</summary>
internal sealed record RequestCodeRequest
{
    /// <summary>Where to send it.</summary>
    [Required]
    public string? Email { get; init; }

    public RequestEmailCode ToCommand(bool inChinese, string? client) => new()
    {
        Email = Required(Email, "email").Trim().ToLowerInvariant(),
        InChinese = inChinese,
        Client = client,
    };

    /// <summary>No address in text.</summary>
    public override string ToString() => nameof(RequestCodeRequest);
}

/// <summary>Proves an address.</summary>
internal sealed record VerifyCodeRequest
{
    /// <summary>The address that the code was sent to.</summary>
    [Required]
    public string? Email { get; init; }

    /// <summary>Six digits.</summary>
    [Required]
    public string? Code { get; init; }

    public UseEmailCode ToCommand(Device device) => new()
    {
        Email = Required(Email, "email").Trim().ToLowerInvariant(),
        Code = Required(Code, "code").Trim(),
        Device = device,
    };

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(VerifyCodeRequest);
}

/// <summary>Proves an address and sets a password.</summary>
internal sealed record ResetPasswordRequest
{
    /// <summary>The address that the code was sent to.</summary>
    [Required]
    public string? Email { get; init; }

    /// <summary>Six digits.</summary>
    [Required]
    public string? Code { get; init; }

    /// <summary>At least 8 characters, at most 72 bytes.</summary>
    [Required]
    public string? NewPassword { get; init; }

    public (UseEmailCode Command, string NewPassword) ToCommand(Device device) =>
        (new VerifyCodeRequest { Email = Email, Code = Code }.ToCommand(device), Required(NewPassword, "newPassword"));

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(ResetPasswordRequest);
}

/// <summary>Changes the caller's password.</summary>
internal sealed record ChangePasswordRequest
{
    /// <summary>The present one.</summary>
    [Required]
    public string? CurrentPassword { get; init; }

    /// <summary>At least 8 characters, at most 72 bytes.</summary>
    [Required]
    public string? NewPassword { get; init; }

    public ChangePassword ToCommand() => new()
    {
        CurrentPassword = Required(CurrentPassword, "currentPassword"),
        NewPassword = Required(NewPassword, "newPassword"),
    };

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(ChangePasswordRequest);
}
