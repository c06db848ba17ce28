using System.Globalization;
using System.Text;

namespace Actors.Chaos.Faults;

/// <summary>The longest that anybody was kept waiting, by what was going wrong at the time.</summary>
public sealed class Stalls
{
    private readonly Lock _gate = new();
    private readonly List<Row> _rows = [new(FaultKind.Calm)];

    private Row Present => _rows[^1];

    /// <summary>From now on waiting is because of this.</summary>
    public void Begin(FaultKind kind)
    {
        lock (_gate)
        {
            _rows.Add(new(kind));
        }
    }

    /// <summary>Who waited longest because of what is wrong at present.</summary>
    public string Longest()
    {
        lock (_gate)
        {
            return $"a writer waited {Seconds(Present.Writer)}, an event came {Seconds(Present.Live)} late";
        }
    }

    /// <summary>A command was acknowledged.</summary>
    /// <param name="took">Since it was first sent.</param>
    /// <param name="tries">How often it was sent.</param>
    public void OnAcknowledged(TimeSpan took, int tries)
    {
        lock (_gate)
        {
            Present.Commands++;
            Present.Repeats += tries - 1;
            Present.Writer = Max(Present.Writer, took);
        }
    }

    /// <summary>An event arrived.</summary>
    /// <param name="lag">Since its command was acknowledged.</param>
    public void OnArrived(TimeSpan lag)
    {
        lock (_gate)
        {
            Present.Live = Max(Present.Live, lag);
        }
    }

    /// <summary>A live client has to connect again.</summary>
    public void OnReconnect()
    {
        lock (_gate)
        {
            Present.Reconnects++;
        }
    }

    /// <summary>The database was gone for so long, which nobody can help.</summary>
    public void OnOutage(TimeSpan outage)
    {
        lock (_gate)
        {
            Present.Outage = Max(Present.Outage, outage);
        }
    }

    /// <summary>What took longer than it may, one sentence each.</summary>
    public IEnumerable<string> TooLong()
    {
        lock (_gate)
        {
            return
            [
                .. _rows.Where(r => r.Writer > r.Outage + Bounds.Of(r.Kind).Writer)
                    .Select(r => $"{r.Kind}: a writer waited {Seconds(r.Writer)}, more than {Allowed(Bounds.Of(r.Kind).Writer, r.Outage)}."),
                .. _rows.Where(r => r.Live > r.Outage + Bounds.Of(r.Kind).Live)
                    .Select(r => $"{r.Kind}: an event came {Seconds(r.Live)} late, more than {Allowed(Bounds.Of(r.Kind).Live, r.Outage)}."),
            ];
        }
    }

    /// <summary>The table that the run prints.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("| fault | times | worst writer stall (bound) | worst live stall (bound) | commands | sent again | feeds reopened |\n");
        text.Append("|---|---:|---:|---:|---:|---:|---:|\n");
        lock (_gate)
        {
            foreach (var kind in _rows.GroupBy(r => r.Kind).OrderBy(k => k.Key))
            {
                var (bounds, outage) = (Bounds.Of(kind.Key), kind.Max(r => r.Outage));
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {kind.Key} | {kind.Count()} | {Seconds(kind.Max(r => r.Writer))} ({Allowed(bounds.Writer, outage)}) ");
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {Seconds(kind.Max(r => r.Live))} ({Allowed(bounds.Live, outage)}) | {kind.Sum(r => r.Commands)} | {kind.Sum(r => r.Repeats)} | {kind.Sum(r => r.Reconnects)} |\n");
            }
        }

        return text.ToString();
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s");

    private static string Allowed(TimeSpan bound, TimeSpan outage) => outage == TimeSpan.Zero ? Seconds(bound) : $"{Seconds(bound)} + {Seconds(outage)} gone";

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>What one fault did, or the time between two.</summary>
    private sealed class Row(FaultKind kind)
    {
        public FaultKind Kind => kind;

        public TimeSpan Writer { get; set; }

        public TimeSpan Live { get; set; }

        public TimeSpan Outage { get; set; }

        public long Commands { get; set; }

        public long Repeats { get; set; }

        public long Reconnects { get; set; }
    }
}
