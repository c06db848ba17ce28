namespace Actors.Users;

/// <summary>
/// The codes sent to one address. Key: <see cref="EmailCodes.KeyOf"/>. A code has <see cref="EmailCodes.Digits"/> digits, holds for a
/// while, may be tried <see cref="EmailCodes.MaxTries"/> times and is used once; a new one ends the one before.
/// </summary>
[Alias("email-code-grain")]
public interface IEmailCodeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Sends a code to the address, whether or not it has an account. Does nothing, silently, if the address was sent too many of late.
    /// 429 if the client asked for too many.
    /// </summary>
    [Alias("request"), Anonymous]
    Task Request(RequestEmailCode command);

    /// <summary>
    /// Logs in the user whose address it is; he is made if there is none. 401 <c>INVALID_CODE</c> if the code does not hold. A password that was
    /// set before anybody proved the address goes, unless the user himself is calling.
    /// </summary>
    [Alias("sign-in"), Anonymous]
    Task<SignedIn> SignIn(UseEmailCode command);

    /// <summary>As <see cref="SignIn"/>, and gives the user a new password.</summary>
    [Alias("reset-password"), Anonymous]
    Task<SignedIn> ResetPassword(UseEmailCode command, string newPassword);
}

/// <summary>Asks for a code.</summary>
[GenerateSerializer, Immutable, Alias("request-email-code")]
public sealed record RequestEmailCode
{
    /// <summary>Where to send it; lower case.</summary>
    [Id(0)] public required string Email { get; init; }

    /// <summary>Whether the mail is written in Chinese; else in English.</summary>
    [Id(1)] public bool InChinese { get; init; }

    /// <summary>Where the request comes from, e.g. an IP address; null if nobody knows.</summary>
    [Id(2)] public string? Client { get; init; }

    /// <summary>No address in text.</summary>
    public override string ToString() => $"{nameof(RequestEmailCode)} {{ }}";
}

/// <summary>Proves an address by the code that was sent there.</summary>
[GenerateSerializer, Immutable, Alias("use-email-code")]
public sealed record UseEmailCode
{
    /// <summary>The address; lower case.</summary>
    [Id(0)] public required string Email { get; init; }

    /// <summary>The digits.</summary>
    [Id(1)] public required string Code { get; init; }

    /// <summary>Where the request comes from.</summary>
    [Id(2)] public Device Device { get; init; } = new(Name: null, UserAgent: null, Ip: null);

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(UseEmailCode)} {{ }}";
}

/// <summary>What holds for every code.</summary>
public static class EmailCodes
{
    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>Wrong tries after which a code is worth nothing.</summary>
    public const int MaxTries = 5;

    /// <summary>The grain of an address (lower case): no address stands in an id, which logs may name.</summary>
    public static string KeyOf(string email) => Ids.From("email-code", email, "");
}
