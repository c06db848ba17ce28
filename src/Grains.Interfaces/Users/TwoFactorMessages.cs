using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Actors.Users;

/// <summary>Whether a login asks for a second factor.</summary>
/// <param name="IsEnabled">Whether it does.</param>
/// <param name="EnabledAt">Since when, UTC.</param>
/// <param name="RecoveryCodesLeft">How many recovery codes were not used yet.</param>
[GenerateSerializer, Immutable, Alias("two-factor-status")]
public sealed record TwoFactorStatus([property: Id(0)] bool IsEnabled, [property: Id(1)] DateTimeOffset? EnabledAt, [property: Id(2)] int RecoveryCodesLeft);

/// <summary>What an authenticator app needs to make codes.</summary>
/// <param name="Secret">Base32, to type in.</param>
/// <param name="OtpauthUri">The same and more, to show as a QR code.</param>
[GenerateSerializer, Immutable, Alias("two-factor-secret")]
public sealed record TwoFactorSecret([property: Id(0)] string Secret, [property: Id(1)] string OtpauthUri)
{
    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(TwoFactorSecret);
}

/// <summary>Codes that stand in for the app, each once; shown once.</summary>
/// <param name="Codes">As the user keeps them: <c>ABCD-EFGH-IJKL-MNOP</c>.</param>
[GenerateSerializer, Immutable, Alias("recovery-codes")]
public sealed record RecoveryCodes([property: Id(0)] ImmutableArray<string> Codes)
{
    /// <summary>How many there are.</summary>
    public const int Count = 10;

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(RecoveryCodes);
}

/// <summary>Finishes a login that asked for a second factor.</summary>
[GenerateSerializer, Immutable, Alias("prove-second-factor")]
public sealed record ProveSecondFactor
{
    /// <summary>What the login answered.</summary>
    [Id(0)] public required string Challenge { get; init; }

    /// <summary>A code of the app, or a recovery code.</summary>
    [Id(1)] public required string Code { get; init; }

    /// <summary>From where.</summary>
    [Id(2)] public required Device Device { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(ProveSecondFactor)} {{ }}";
}

/// <summary>
/// Says that a user has proved the first factor: <c>user.until.grant.proof</c>, texts in base64url. Only silos can make or check the proof.
/// </summary>
/// <param name="UserId">Who.</param>
/// <param name="Until">Until when the second must follow, in milliseconds since 1970.</param>
/// <param name="Grant">By what he proved the first.</param>
/// <param name="Proof">Base64url.</param>
public sealed record SecondFactorChallenge(string UserId, long Until, string Grant, string Proof)
{
    /// <summary>Code of the refusal that brings a challenge.</summary>
    public const string Required = "SECOND_FACTOR_REQUIRED";

    /// <summary>How long it holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int MaxLength = 2_048;

    /// <summary>The challenge as clients have it.</summary>
    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{RefreshToken.Encode(UserId)}.{Until}.{RefreshToken.Encode(Grant)}.{Proof}");

    /// <summary>Reads a challenge; whether its proof holds is another question.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out SecondFactorChallenge? challenge)
    {
        challenge = text is { Length: <= MaxLength } && text.Split('.') is [var user, var until, var grant, var proof]
            && RefreshToken.Decode(user) is { } userId && RefreshToken.Decode(grant) is { } by
            && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                ? new(userId, end, by, proof)
                : null;
        return challenge is not null;
    }

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(SecondFactorChallenge);
}
