namespace Actors.Storage.Sqlite;

internal sealed partial class SqliteCommitStore
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "SQLite failed while committing {Commits} commits: their outcome is unknown")]
    private partial void LogUnknown(Exception exception, int commits);

    [LoggerMessage(Level = LogLevel.Error, Message = "SQLite refused a commit to {Table} for a reason that is no violation of data: a fault in SQL or schema")]
    private partial void LogRefused(Exception exception, string table);
}
