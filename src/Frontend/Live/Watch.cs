using System.Collections.Immutable;
using System.Threading.Channels;

namespace Actors.Live;

/// <summary>A change as it came from the log, shared by all who watch its topic: it is written as JSON once.</summary>
internal sealed class LiveChange(int partition, LoggedChange logged)
{
    private byte[]? _json;

    /// <summary>The partition of its topic.</summary>
    public int Partition => partition;

    /// <summary>Its place in the partition.</summary>
    public LogCursor Cursor => logged.Cursor;

    /// <summary>The change.</summary>
    public ChangeEvent Change => logged.Change;

    /// <summary>The change as clients get it, under its own topic.</summary>
    public byte[] ToJson(LiveJson json) => _json ??= json.Write(LiveEvent.Of(Change, Change.Topic));
}

/// <summary>
/// Changes on their way to one reader, who must keep up: one that has too many waiting is cut, and resumes from the log.
/// </summary>
internal sealed class Watch(int buffer) : IDisposable
{
    /// <summary>The reader was too slow.</summary>
    public const string TooSlow = "SLOW_CONSUMER";

    /// <summary>This process lost its place in the log.</summary>
    public const string Interrupted = "FEED_INTERRUPTED";

    private readonly Channel<LiveChange> _changes = Channel.CreateBounded<LiveChange>(
        new BoundedChannelOptions(buffer) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private ImmutableArray<Action> _leave = [];

    /// <summary>Why the watch ended by itself, a code; null while it has not.</summary>
    public string? CutReason { get; private set; }

    /// <summary>Waits for changes; false when the watch is cut and everything before was read.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _changes.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The next change, if there is one now.</summary>
    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LiveChange? change) => _changes.Reader.TryRead(out change);

    /// <summary>Hands over a change; the watch is cut if its reader is too far behind.</summary>
    public void Offer(LiveChange change)
    {
        if (!_changes.Writer.TryWrite(change))
        {
            Cut(TooSlow);
        }
    }

    /// <summary>Ends the watch.</summary>
    public void Cut(string reason)
    {
        CutReason ??= reason;
        _changes.Writer.TryComplete();
    }

    /// <summary>Says how to stop the changes from coming.</summary>
    public void OnDispose(Action leave) => _leave = _leave.Add(leave);

    public void Dispose()
    {
        foreach (var leave in _leave)
        {
            leave();
        }

        _leave = [];
    }
}
