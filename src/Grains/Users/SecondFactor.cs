using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Users;

/// <summary>How second factors look. Configuration section <c>TwoFactor</c>, of the silos.</summary>
public sealed class TwoFactorOptions
{
    /// <summary>What apps call this system. Default <c>Actors</c>.</summary>
    [Required, StringLength(50, MinimumLength = 1)]
    public string Issuer { get; set; } = "Actors";
}

/// <summary>Keeps the secrets of second factors, and makes the challenges between the two factors: no login that waits is stored anywhere.</summary>
internal sealed partial class SecondFactor(ISecrets secrets, IOptions<TwoFactorOptions> options, ILogger<SecondFactor> logger)
{
    private const string Purpose = "two-factor";

    private readonly byte[] _proofKey = secrets.DeriveKey("second-factor-challenges");

    /// <summary>A new secret, encrypted.</summary>
    public string NewSecret() => secrets.Protect(Purpose, RandomNumberGenerator.GetBytes(Totp.SecretBytes));

    /// <summary>The secret; null if it cannot be read any more, because the master key is another one.</summary>
    public byte[]? Read(TwoFactorState state)
    {
        try
        {
            return secrets.Unprotect(Purpose, state.Secret);
        }
        catch (CryptographicException failure)
        {
            LogUnreadable(failure, state.UserId);
            return null;
        }
    }

    /// <summary>What the user's app is given.</summary>
    public TwoFactorSecret Show(UserState state)
    {
        var secret = Read(TwoFactorRules.Pending(state)) ?? throw Errors.Unavailable("The secret cannot be read; enrol anew.");
        return new(Totp.Base32(secret), Totp.Uri(secret, options.Value.Issuer, state.User.Email));
    }

    /// <summary>401 with a challenge: the first factor was proved, the second must follow.</summary>
    public AppException Required(UserState state, string grant, DateTimeOffset now)
    {
        var until = (now + SecondFactorChallenge.Lifetime).ToUnixTimeMilliseconds();
        return new(ErrorKind.Unauthenticated, SecondFactorChallenge.Required, "Prove the second factor, with this challenge.")
        {
            Challenge = new SecondFactorChallenge(state.User.Id, until, grant, ProofOf(state, until, grant)).Write(),
        };
    }

    /// <summary>By what the first factor was proved; null if the challenge does not hold for the user as he is now.</summary>
    public string? GrantOf(string text, UserState state, DateTimeOffset now) =>
        SecondFactorChallenge.TryRead(text, out var challenge)
        && challenge.UserId == state.User.Id
        && challenge.Until > now.ToUnixTimeMilliseconds()
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(ProofOf(state, challenge.Until, challenge.Grant)), Encoding.UTF8.GetBytes(challenge.Proof))
            ? challenge.Grant
            : null;

    // With another password or another second factor, what was proved before is nothing.
    private string ProofOf(UserState state, long until, string grant)
    {
        var proved = string.Create(
            CultureInfo.InvariantCulture,
            $"{state.User.Id}\n{until}\n{grant}\n{state.CredentialsChangedAt?.ToUnixTimeMilliseconds()}\n{state.TwoFactor?.ConfirmedAt?.ToUnixTimeMilliseconds()}");
        return Base64Url.EncodeToString(HMACSHA256.HashData(_proofKey, Encoding.UTF8.GetBytes(proved)));
    }

    [LoggerMessage(LogLevel.Warning, "The second factor of user {UserId} cannot be read: was the master key changed? Recovery codes alone hold")]
    private partial void LogUnreadable(Exception failure, string userId);
}
