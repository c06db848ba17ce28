using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Actors.Users;

/// <summary>A refresh token: <c>user.session.generation.proof</c>, each part for addresses. Only silos can make or check the proof.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="SessionId">Of which session.</param>
/// <param name="Generation">How often it was exchanged, from 1.</param>
/// <param name="Proof">Base64url.</param>
public sealed record RefreshToken(string UserId, string SessionId, long Generation, string Proof)
{
    private const int MaxLength = 2_048;

    /// <summary>The token as clients have it.</summary>
    public string Write() => string.Create(
        CultureInfo.InvariantCulture, $"{Encode(UserId)}.{Encode(SessionId)}.{Generation}.{Proof}");

    /// <summary>Reads a token; whether its proof holds is another question.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out RefreshToken? token)
    {
        token = null;
        if (text is null || text.Length > MaxLength || text.Split('.') is not [var user, var session, var generation, var proof]
            || Decode(user) is not { } userId || Decode(session) is not { } sessionId
            || !long.TryParse(generation, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        token = new RefreshToken(userId, sessionId, number, proof);
        return true;
    }

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(RefreshToken);

    internal static string Encode(string part) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part));

    internal static string? Decode(string part)
    {
        if (!System.Buffers.Text.Base64Url.IsValid(part))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));
        return text.Length is > 0 and <= Ids.MaxLength && !text.Any(char.IsControl) ? text : null;
    }
}
