using System.Globalization;
using System.Text;

namespace Actors.Chaos.Faults;

/// <summary>The longest that anybody was kept waiting, by what was going wrong at the time.</summary>
public sealed class Stalls
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<FaultKind, Row> _rows = [];
    private Row _now;

    public Stalls() => _now = RowOf(FaultKind.Calm);

    /// <summary>From now on waiting is because of this.</summary>
    public void Begin(FaultKind kind)
    {
        lock (_gate)
        {
            _now = RowOf(kind);
            _now.Times += kind == FaultKind.Calm ? 0 : 1;
        }
    }

    /// <summary>A command was acknowledged.</summary>
    /// <param name="took">Since it was first sent.</param>
    /// <param name="tries">How often it was sent.</param>
    public void OnAcknowledged(TimeSpan took, int tries)
    {
        lock (_gate)
        {
            _now.Commands++;
            _now.Repeats += tries - 1;
            _now.Writer = Max(_now.Writer, took);
        }
    }

    /// <summary>An event arrived.</summary>
    /// <param name="lag">Since its command was acknowledged.</param>
    public void OnArrived(TimeSpan lag)
    {
        lock (_gate)
        {
            _now.Live = Max(_now.Live, lag);
        }
    }

    /// <summary>A live client has to connect again.</summary>
    public void OnReconnect()
    {
        lock (_gate)
        {
            _now.Reconnects++;
        }
    }

    /// <summary>The database was gone for so long, which nobody can help.</summary>
    public void OnOutage(TimeSpan outage)
    {
        lock (_gate)
        {
            _now.Outage = Max(_now.Outage, outage);
        }
    }

    /// <summary>What took longer than it may, one sentence each.</summary>
    public IEnumerable<string> TooLong()
    {
        lock (_gate)
        {
            return
            [
                .. _rows.Where(r => r.Value.Writer > r.Value.Outage + Bounds.Of(r.Key).Writer)
                    .Select(r => $"{r.Key}: a writer waited {Seconds(r.Value.Writer)}, more than {Allowed(Bounds.Of(r.Key).Writer, r.Value.Outage)}."),
                .. _rows.Where(r => r.Value.Live > r.Value.Outage + Bounds.Of(r.Key).Live)
                    .Select(r => $"{r.Key}: an event came {Seconds(r.Value.Live)} late, more than {Allowed(Bounds.Of(r.Key).Live, r.Value.Outage)}."),
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
            foreach (var (kind, row) in _rows)
            {
                var bounds = Bounds.Of(kind);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {kind} | {row.Times} | {Seconds(row.Writer)} ({Allowed(bounds.Writer, row.Outage)}) | {Seconds(row.Live)} ({Allowed(bounds.Live, row.Outage)}) ");
                text.Append(CultureInfo.InvariantCulture, $"| {row.Commands} | {row.Repeats} | {row.Reconnects} |\n");
            }
        }

        return text.ToString();
    }

    private Row RowOf(FaultKind kind) => _rows.TryGetValue(kind, out var row) ? row : _rows[kind] = new Row();

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s");

    private static string Allowed(TimeSpan bound, TimeSpan outage) => outage == TimeSpan.Zero ? Seconds(bound) : $"{Seconds(bound)} + {Seconds(outage)} gone";

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed class Row
    {
        public int Times { get; set; }

        public TimeSpan Writer { get; set; }

        public TimeSpan Live { get; set; }

        public TimeSpan Outage { get; set; }

        public long Commands { get; set; }

        public long Repeats { get; set; }

        public long Reconnects { get; set; }
    }
}
