using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Actors.Storage.Sqlite;

/// <summary>Reads errors of SQLite, and gives constraints the names that PostgreSQL gives them by default.</summary>
internal static class SqliteFaults
{
    /// <summary>
    /// Whether the data is to blame: a constraint, a value of another type or too big, or a function that refuses it
    /// (<c>malformed JSON</c>). Such an error undoes its statement only.
    /// </summary>
    public static bool IsViolation(SqliteException error) =>
        error.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG
        || IsMalformedJson(error);

    /// <summary>Whether our SQL or our row is to blame (no such table, a row of another type): it fails only its own commit.</summary>
    public static bool IsOwn(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: raw.SQLITE_ERROR } or InvalidCastException or InvalidOperationException;

    /// <summary>Whether somebody else holds the file; a commit that meets this has written nothing.</summary>
    public static bool IsBusy(SqliteException error) => error.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>Whether a row refers to one that is not there, or is referred to.</summary>
    public static bool IsForeignKey(SqliteException error) => error.SqliteExtendedErrorCode == raw.SQLITE_CONSTRAINT_FOREIGNKEY;

    /// <summary>The name of the constraint that refused a row of <paramref name="table"/>, as far as SQLite tells.</summary>
    public static string? Constraint(SqliteException error, Table table) => error.SqliteExtendedErrorCode switch
    {
        raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_ROWID => $"{table.Name}_pkey",
        raw.SQLITE_CONSTRAINT_UNIQUE => Unique(Detail(error)),
        raw.SQLITE_CONSTRAINT_CHECK => Check(Detail(error), table),
        _ => null,
    };

    // SQLite Error 1: 'malformed JSON'.
    private static bool IsMalformedJson(SqliteException error) =>
        error.SqliteErrorCode == raw.SQLITE_ERROR && error.Message.Contains("malformed JSON", StringComparison.Ordinal);

    // change_events.topic, change_events.version → change_events_topic_version_key; or: index 'users_email_idx' → users_email_idx
    private static string Unique(string detail)
    {
        if (detail.StartsWith("index '", StringComparison.Ordinal))
        {
            return detail["index '".Length..].TrimEnd('\'');
        }

        var columns = detail.Split(", ");
        var table = columns[0][..columns[0].LastIndexOf('.')];
        return $"{table}_{string.Join('_', columns.Select(c => c[(c.LastIndexOf('.') + 1)..]))}_key";
    }

    // A name is told as it is; of a check without a name its text is told. quantity >= 0 → steps_quantity_check
    private static string Check(string detail, Table table)
    {
        var words = Words(detail).ToList();
        if (words.Count == 1 && words[0].Length == detail.Length && !table.Columns.Any(c => string.Equals(c.Name, detail, StringComparison.Ordinal)))
        {
            return detail;
        }

        var columns = table.Columns.Where(c => words.Contains(c.Name)).ToList();
        return columns.Count == 1 ? $"{table.Name}_{columns[0].Name}_check" : $"{table.Name}_check";
    }

    private static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '_'))
            {
                continue;
            }

            if (i > start)
            {
                yield return text[start..i];
            }

            start = i + 1;
        }
    }

    // SQLite Error 19: 'UNIQUE constraint failed: users.email'. → users.email
    private static string Detail(SqliteException error)
    {
        const string Before = "constraint failed: ";
        var from = error.Message.IndexOf(Before, StringComparison.Ordinal);
        return from < 0 ? error.Message : error.Message[(from + Before.Length)..].TrimEnd('.', '\'');
    }
}
