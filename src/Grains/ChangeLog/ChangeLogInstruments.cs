using System.Diagnostics.Metrics;

namespace Actors.ChangeLog;

/// <summary>What can be measured of the change log's consumers; meter <c>Actors.ChangeLog</c>.</summary>
public sealed class ChangeLogInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Actors.ChangeLog";

    private readonly Histogram<double> _lag;
    private readonly Counter<long> _parked;

    public ChangeLogInstruments(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _lag = meter.CreateHistogram<double>("actors.changelog.lag", "s", "Time from the decision of a change to the start of its handling.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30, 300] });
        _parked = meter.CreateCounter<long>("actors.changelog.parked", "{change}", "Changes that a consumer could not handle and left aside.");
    }

    internal void OnHandling(string consumer, TimeSpan lag) => _lag.Record(lag.TotalSeconds, new KeyValuePair<string, object?>("consumer", consumer));

    internal void OnParked(string consumer) => _parked.Add(1, new KeyValuePair<string, object?>("consumer", consumer));
}
