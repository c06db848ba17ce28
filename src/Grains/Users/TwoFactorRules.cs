using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Actors.Audit;

namespace Actors.Users;

/// <summary>What may happen to a second factor. Pure, but for the chance in new codes.</summary>
internal static class TwoFactorRules
{
    private const int RecoveryBytes = 10; // 16 characters of base32: nobody guesses 80 bits, so a plain hash keeps them

    /// <summary>Whether a login of the user asks for a second factor.</summary>
    public static bool IsEnabled(UserState? state) => state?.TwoFactor?.ConfirmedAt is not null;

    /// <summary>A secret that logins do not ask for yet; it takes the place of one that was never confirmed.</summary>
    public static Change<UserState> Enrol(UserState? state, string protectedSecret, DateTimeOffset now)
    {
        var present = UserRules.Present(state);
        return IsEnabled(present)
            ? throw new AppException(ErrorKind.Conflict, "TWO_FACTOR_ENABLED", "There is a second factor; disable it first.")
            : Changed(present, new(present.User.Id, protectedSecret, now, ConfirmedAt: null, LastStep: 0, TwoFactorState.NoHashes));
    }

    /// <summary>From now on logins ask for it.</summary>
    /// <param name="state">The user.</param>
    /// <param name="proved">His second factor after the code that proves that his app has it.</param>
    /// <param name="hashes">Of his recovery codes.</param>
    /// <param name="now">When.</param>
    public static Change<UserState> Confirm(UserState state, TwoFactorState proved, ImmutableArray<string> hashes, DateTimeOffset now) =>
        Changed(state, proved with { ConfirmedAt = now, RecoveryHashes = Write(hashes) }) with { Audit = UserAudit.TwoFactor(AuditActions.TwoFactorEnabled) };

    /// <summary>Other recovery codes; those before are worth nothing.</summary>
    public static Change<UserState> Renew(UserState state, TwoFactorState proved, ImmutableArray<string> hashes) =>
        Changed(state, proved with { RecoveryHashes = Write(hashes) }) with { Audit = UserAudit.TwoFactor(AuditActions.RecoveryCodesRenewed) };

    /// <summary>Logins ask for it no more.</summary>
    public static Change<UserState> Disable(UserState state) =>
        Changed(state, next: null) with { Audit = UserAudit.TwoFactor(AuditActions.TwoFactorDisabled) };

    /// <summary>The second factor that is there but not confirmed.</summary>
    public static TwoFactorState Pending(UserState state) => state.TwoFactor switch
    {
        { ConfirmedAt: null } pending => pending,
        null => throw NotEnrolled(),
        _ => throw new AppException(ErrorKind.Conflict, "TWO_FACTOR_ENABLED", "The second factor is enabled already."),
    };

    /// <summary>The second factor that logins ask for.</summary>
    public static TwoFactorState Enabled(UserState state) => IsEnabled(state) ? state.TwoFactor! : throw NotEnrolled();

    /// <summary>What is left after the code; null if it is none, or was used before.</summary>
    /// <param name="present">What is there.</param>
    /// <param name="secret">The secret; null if it cannot be read any more: then recovery codes alone hold.</param>
    /// <param name="code">A code of the app, or a recovery code.</param>
    /// <param name="now">When it came.</param>
    public static TwoFactorState? Use(TwoFactorState present, byte[]? secret, string code, DateTimeOffset now)
    {
        var plain = string.Concat(code.Where(c => c is not (' ' or '-')));
        if (plain.Length == Totp.Digits)
        {
            return secret is not null && Totp.Find(secret, plain, present.LastStep, now) is { } step ? present with { LastStep = step } : null;
        }

        var (hash, hashes) = (HashOf(present.UserId, plain.ToUpperInvariant()), present.Hashes);
        return hashes.Contains(hash, StringComparer.Ordinal) ? present with { RecoveryHashes = Write(hashes.Remove(hash, StringComparer.Ordinal)) } : null;
    }

    /// <summary>New recovery codes, and what is kept of them.</summary>
    public static (RecoveryCodes Codes, ImmutableArray<string> Hashes) NewRecoveryCodes(string userId)
    {
        ImmutableArray<string> plain = [.. Enumerable.Range(0, RecoveryCodes.Count).Select(_ => Totp.Base32(RandomNumberGenerator.GetBytes(RecoveryBytes)))];
        return (new([.. plain.Select(code => string.Join('-', code.Chunk(4).Select(part => new string(part))))]), [.. plain.Select(code => HashOf(userId, code))]);
    }

    /// <summary>401 at a login.</summary>
    public static AppException InvalidCode() =>
        new(ErrorKind.Unauthenticated, "INVALID_CODE", "The code is wrong, or was used before.");

    /// <summary>403 for who is logged in.</summary>
    public static AppException WrongCode() => new(ErrorKind.Forbidden, "WRONG_CODE", "The code is wrong, or was used before.");

    /// <summary>401: the login must begin anew.</summary>
    public static AppException InvalidChallenge() =>
        new(ErrorKind.Unauthenticated, "INVALID_CHALLENGE", "The login took too long, or never began; log in again.");

    private static AppException NotEnrolled() => new(ErrorKind.Conflict, "TWO_FACTOR_NOT_ENROLLED", "There is no second factor; enrol first.");

    private static string HashOf(string userId, string code) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{userId}\n{code}")));

    private static string Write(ImmutableArray<string> hashes) => JsonSerializer.Serialize(hashes);

    private static Change<UserState> Changed(UserState state, TwoFactorState? next) => new(
        state with { TwoFactor = next, Version = state.Version + 1 },
        UserEvents.TwoFactorChanged,
        JsonSerializer.Serialize(new(state.User.Id), UserEventsJson.Default.ChangedUser));
}
