namespace Actors.Storage;

internal sealed partial class IdempotencySweeper
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Forgot {Records} idempotency keys that were too old")]
    private partial void LogSwept(int records);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old idempotency keys could not be deleted; they will be later")]
    private partial void LogFailed(Exception exception);
}
