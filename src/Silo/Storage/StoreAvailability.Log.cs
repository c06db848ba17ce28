namespace Actors.Storage;

internal sealed partial class StoreAvailability
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Engine} does not take commits: they are refused, and every {Window} one is tried")]
    private partial void LogDown(Exception reason, string engine, TimeSpan window);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Engine} takes commits again")]
    private partial void LogUp(string engine);
}
