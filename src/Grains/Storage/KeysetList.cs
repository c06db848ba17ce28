using System.Data.Common;

namespace Actors.Storage;

/// <summary>A list that is read page by page (keyset pagination), sorted by a time or a number and then the id, the greatest first.</summary>
/// <param name="name">Names the list in its cursors.</param>
/// <param name="select">The query without its conditions: <c>select id, at from things</c>.</param>
/// <param name="sort">The column that sorts.</param>
/// <param name="read">Reads a row.</param>
/// <param name="place">Where a row stands.</param>
/// <param name="id">The column that breaks ties.</param>
/// <param name="isTime">Whether <paramref name="sort"/> is a time; else it is a number.</param>
internal sealed class KeysetList<T>(
    string name, string select, string sort, Func<DbDataReader, T> read, Func<T, KeysetCursor> place, string id = "id", bool isTime = true)
{
    /// <summary>The rows after a cursor, or from the beginning.</summary>
    public async Task<Page<T>> ReadAsync(Database database, Filter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (cursor is not null)
        {
            var last = KeysetCursor.Read(name, cursor);
            filter.And($"({sort}, {id}) < (@seek_value, @seek_id)", "seek_value", isTime ? last.Time : last.Value);
            filter.Parameters.Add(("seek_id", last.Id));
        }

        filter.Parameters.Add(("limit", limit + 1));
        var rows = await database.ListAsync(
            $"{select} where {filter.Sql} order by {sort} desc, {id} desc limit @limit", filter.Parameters, read, cancellationToken);
        return rows.Length > limit ? new(rows.RemoveAt(limit), place(rows[limit - 1]).Write(name)) : new(rows);
    }
}
