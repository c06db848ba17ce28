namespace Actors.Storage.PostgreSql;

internal sealed partial class PostgresCommitStore
{
    [LoggerMessage(Level = LogLevel.Information, Message = "A batch of {Commits} commits met a deadlock or serialization failure at attempt {Attempt}")]
    private partial void LogAgain(Exception exception, int commits, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL did not answer for a batch of {Commits} commits: their outcome is unknown")]
    private partial void LogUnknown(Exception exception, int commits);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL refused a commit to {Table} for a reason that is no violation of data")]
    private partial void LogRefused(Exception exception, string table);
}
