namespace Actors.Storage;

/// <summary>
/// Whether the database answers. While it does not, commits fail at once instead of each waiting for a connect timeout; one
/// attempt per window finds out whether it is back. Going down and coming back are logged once each.
/// </summary>
internal sealed partial class StoreAvailability(string engine, TimeSpan failFast, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private bool _isDown;
    private long _downAt;

    /// <summary>True while it is known to be down and not yet time to try again.</summary>
    public bool FailsFast
    {
        get
        {
            lock (_gate)
            {
                return _isDown && time.GetElapsedTime(_downAt) < failFast;
            }
        }
    }

    public void OnDown(Exception reason)
    {
        bool first;
        lock (_gate)
        {
            first = !_isDown;
            _isDown = true;
            _downAt = time.GetTimestamp();
        }

        if (first)
        {
            LogDown(reason, engine, failFast);
        }
    }

    public void OnUp()
    {
        if (!Volatile.Read(ref _isDown))
        {
            return;
        }

        lock (_gate)
        {
            if (!_isDown)
            {
                return;
            }

            _isDown = false;
        }

        LogUp(engine);
    }
}
