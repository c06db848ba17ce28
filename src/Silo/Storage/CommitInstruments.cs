using System.Diagnostics.Metrics;

namespace Actors.Storage;

/// <summary>What can be measured of the commit store; meter <c>Actors.Storage</c>.</summary>
public sealed class CommitInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Actors.Storage";

    // One tag object per outcome, so that counting does not allocate.
    private static readonly KeyValuePair<string, object?>[] OutcomeTags =
        [.. Enum.GetNames<CommitStatus>().Select(name => KeyValuePair.Create<string, object?>("outcome", name))];

    private readonly Meter _meter;
    private readonly Counter<long> _commits;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _flightDuration;

    public CommitInstruments(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _commits = _meter.CreateCounter<long>("actors.storage.commits", "{commit}", "Commits by outcome.");
        _batchSize = _meter.CreateHistogram<int>("actors.storage.batch.size", "{commit}", "Commits written by one transaction.", tags: null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _flightDuration = _meter.CreateHistogram<double>("actors.storage.flight.duration", "s", "Time a batch takes to be written.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] });
    }

    internal void OnOutcome(CommitStatus outcome) => _commits.Add(1, OutcomeTags[(int)outcome]);

    internal void OnFlight(int commits, TimeSpan duration)
    {
        _batchSize.Record(commits);
        _flightDuration.Record(duration.TotalSeconds);
    }

    internal void ObserveQueue(Func<int> length) =>
        _meter.CreateObservableGauge("actors.storage.queue.length", length, "{commit}", "Commits that wait for a flight.");
}
