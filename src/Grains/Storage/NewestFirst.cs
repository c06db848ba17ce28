using System.Data.Common;

namespace Actors.Storage;

/// <summary>A list that is read page by page, sorted by a time and then the id, the newest first.</summary>
/// <param name="name">Names the list in its cursors.</param>
/// <param name="select">The query without its conditions: <c>select id, at from things</c>.</param>
/// <param name="time">The column of the time.</param>
/// <param name="read">Reads a row.</param>
/// <param name="place">Where a row stands.</param>
internal sealed class NewestFirst<T>(string name, string select, string time, Func<DbDataReader, T> read, Func<T, TimeCursor> place)
{
    /// <summary>The rows after a cursor, or from the beginning.</summary>
    public async Task<Page<T>> ReadAsync(Database database, Filter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (cursor is not null)
        {
            var last = TimeCursor.Read(name, cursor);
            filter.And($"({time}, id) < (@seek_at, @seek_id)", "seek_at", last.At);
            filter.Parameters.Add(("seek_id", last.Id));
        }

        filter.Parameters.Add(("limit", limit + 1));
        var rows = await database.ListAsync(
            $"{select} where {filter.Sql} order by {time} desc, id desc limit @limit", filter.Parameters, read, cancellationToken);
        return rows.Length > limit ? new(rows.RemoveAt(limit), place(rows[limit - 1]).Write(name)) : new(rows);
    }
}
