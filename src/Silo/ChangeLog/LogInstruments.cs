using System.Diagnostics.Metrics;

namespace Actors.ChangeLog;

/// <summary>What can be measured of the change log's retention; meter <c>Actors.ChangeLog</c>.</summary>
internal sealed class LogInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Actors.ChangeLog";

    private readonly Counter<long> _dropped;
    private long _oldestTicks; // UTC; 0: none

    public LogInstruments(IMeterFactory factory, TimeProvider time)
    {
        var meter = factory.Create(MeterName);
        _dropped = meter.CreateCounter<long>(
            "actors.changelog.dropped", "{change}", "Changes dropped for their age; where a day goes as a whole, by the database's statistics.");
        meter.CreateObservableGauge(
            "actors.changelog.oldest.age",
            () => Interlocked.Read(ref _oldestTicks) is var ticks and not 0 ? TimeSpan.FromTicks(time.GetUtcNow().Ticks - ticks).TotalSeconds : 0,
            "s",
            "Age of the oldest change in the log, as seen at the last sweep. Grows beyond the retention by more than a day when something holds the log back.");
    }

    internal void OnDropped(long changes) => _dropped.Add(changes);

    internal void OnOldest(DateTimeOffset? at) => Interlocked.Exchange(ref _oldestTicks, at?.UtcTicks ?? 0);
}
