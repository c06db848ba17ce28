using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Actors;

/// <summary>Where a page of a list ended that is sorted by time, the newest first: the last row's time, and its id, which breaks ties.</summary>
internal sealed record TimeCursor(DateTimeOffset At, string Id)
{
    /// <summary>As opaque text. Raw: <c>audit|63899…|019b…</c>.</summary>
    /// <param name="list">Names the list: a cursor of another one is refused.</param>
    public string Write(string list) => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list}|{At.UtcTicks}|{Id}")));

    /// <summary>Reads a cursor of the list; 400 for any other text.</summary>
    public static TimeCursor Read(string list, string text)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|', 3);
            if (parts.Length == 3 && parts[0] == list && parts[2].Length is > 0 and <= Ids.MaxLength && !parts[2].Contains('\0'))
            {
                return new(new DateTimeOffset(long.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero), parts[2]);
            }
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException or ArgumentException)
        {
            // Told below, as any other wrong cursor.
        }

        throw new AppException(ErrorKind.Invalid, "INVALID_CURSOR", "The cursor is not one of this list.");
    }
}
