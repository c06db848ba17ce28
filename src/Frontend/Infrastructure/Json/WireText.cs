using System.Globalization;

namespace Actors.Infrastructure.Json;

/// <summary>The shape of single values, wherever they stand: body, query or path.</summary>
internal static class WireText
{
    /// <summary>What a wrong timestamp is told.</summary>
    public const string TimestampWanted = "Must be an ISO 8601 time, e.g. 2026-03-01T08:00:00Z.";

    private const string NoNul = "Must not contain the character U+0000.";

    private static readonly string[] TimestampFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd",
    ];

    /// <summary>The text itself, or an error if it cannot be stored.</summary>
    public static string Checked(string text) => text.Contains('\0') ? throw new WireException(NoNul) : text;

    /// <summary>A point in time, UTC; without an offset it is taken as UTC.</summary>
    public static bool TryTimestamp(string? text, out DateTimeOffset value)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(text, TimestampFormats, CultureInfo.InvariantCulture, Utc, out value))
        {
            return false;
        }

        // The database keeps microseconds; what is answered now must equal what is read back later.
        value = value.AddTicks(-(value.Ticks % TimeSpan.TicksPerMicrosecond));
        return true;
    }

    /// <summary>What a wrong enum text is told.</summary>
    public static string OneOf<T>() where T : struct, Enum => $"Must be one of: {string.Join(", ", WireName.All<T>())}.";

    /// <summary>Whether the text holds a control character or half a surrogate pair.</summary>
    public static bool IsBroken(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (char.IsControl(text[i]) || (char.IsSurrogate(text[i]) && !pair))
            {
                return true;
            }

            i += pair ? 1 : 0;
        }

        return false;
    }
}
