using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Actors;

/// <summary>Where a page of a sorted list ended: what its last row is sorted by, and its id, which breaks ties.</summary>
/// <param name="Value">The number, or the ticks of the time.</param>
/// <param name="Id">The row's id.</param>
internal sealed record KeysetCursor(long Value, string Id)
{
    public KeysetCursor(DateTimeOffset at, string id) : this(at.UtcTicks, id)
    {
    }

    /// <summary>The value as a time; 400 if it is none.</summary>
    public DateTimeOffset Time => Value <= DateTime.MaxValue.Ticks ? new(Value, TimeSpan.Zero) : throw Wrong();

    /// <summary>As opaque text. Raw: <c>audit|63899…|019b…</c>.</summary>
    /// <param name="list">Names the list: a cursor of another one is refused.</param>
    public string Write(string list) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list}|{Value}|{Id}")));

    /// <summary>Reads a cursor of the list; 400 for any other text.</summary>
    public static KeysetCursor Read(string list, string text)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|', 3);
            if (parts.Length == 3 && parts[0] == list && parts[2].Length is > 0 and <= Ids.MaxLength && !parts[2].Contains('\0'))
            {
                return new(long.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture), parts[2]);
            }
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException or ArgumentException)
        {
            // Told below, as any other wrong cursor.
        }

        throw Wrong();
    }

    private static AppException Wrong() => new(ErrorKind.Invalid, "INVALID_CURSOR", "The cursor is not one of this list.");
}
