using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Actors.WorkOrders;

/// <summary>Where a page of a list ended: the sort value and the id of its last row.</summary>
/// <param name="Value">The sort value, of the type the query compares with.</param>
/// <param name="Id">The row's id, which breaks ties.</param>
internal sealed record ListCursor(object Value, string Id)
{
    /// <summary>The cursor after a row, as opaque text. Raw: <c>createdAt|desc|63899…|019b…</c>.</summary>
    public static string After(WorkOrderSummary row, ListWorkOrders query)
    {
        var value = query.Sort switch
        {
            WorkOrderSort.UpdatedAt => Ticks(row.UpdatedAt),
            WorkOrderSort.EndAt => Ticks(row.EndAt ?? DateTimeOffset.MaxValue),
            WorkOrderSort.Priority => ((int)row.Priority).ToString(CultureInfo.InvariantCulture),
            WorkOrderSort.Code => Convert.ToHexString(Encoding.UTF8.GetBytes(row.Code)),
            _ => Ticks(row.CreatedAt),
        };
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Prefix(query)}|{value}|{row.Id}"));
    }

    /// <summary>Reads a cursor of the same list; 400 for any other text.</summary>
    public static ListCursor Decode(string text, ListWorkOrders query)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|', 4);
            if (parts.Length == 4 && !parts[3].Contains('\0') && $"{parts[0]}|{parts[1]}" == Prefix(query) && parts[3].Length <= Ids.MaxLength)
            {
                return new(ParseValue(parts[2], query.Sort), parts[3]);
            }
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException or ArgumentException)
        {
            // Told below, as any other wrong cursor.
        }

        throw new AppException(ErrorKind.Invalid, "INVALID_CURSOR", "The cursor is not one of this list.");
    }

    private static object ParseValue(string text, WorkOrderSort sort) => sort switch
    {
        WorkOrderSort.Priority => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture),
        WorkOrderSort.Code => ParseCode(text),
        _ => new DateTimeOffset(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero),
    };

    private static string ParseCode(string text)
    {
        var code = Encoding.UTF8.GetString(Convert.FromHexString(text));
        return code.Contains('\0') ? throw new FormatException("No database can compare with U+0000.") : code;
    }

    private static string Prefix(ListWorkOrders query) => $"{query.Sort}|{(query.Descending ? "desc" : "asc")}";

    private static string Ticks(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);
}
