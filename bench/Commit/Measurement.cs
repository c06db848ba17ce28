using System.Diagnostics;
using System.Diagnostics.Metrics;
using Actors.Storage;

namespace Actors.Bench;

/// <summary>What one round of one candidate gave.</summary>
/// <param name="PerSecond">Commits acknowledged.</param>
/// <param name="P50Milliseconds">Half of them took at most so long.</param>
/// <param name="P99Milliseconds">All but a hundredth of them took at most so long.</param>
/// <param name="AppMicroseconds">CPU of this process per commit.</param>
/// <param name="PostgresMicroseconds">CPU of the server per commit.</param>
/// <param name="BatchSize">Commits in a transaction.</param>
/// <param name="OthersCores">Cores that somebody else kept busy: noise.</param>
internal sealed record Round(
    double PerSecond,
    double P50Milliseconds,
    double P99Milliseconds,
    double AppMicroseconds,
    double PostgresMicroseconds,
    double BatchSize,
    double OthersCores);

/// <summary>Lets callers work on a candidate for a while, and counts.</summary>
internal sealed class Measurement : IDisposable
{
    private readonly CommitBenchOptions _options;
    private readonly PostgresCpu _postgres;
    private readonly MeterListener _listener = new();
    private long _batches;
    private long _batched;

    public Measurement(CommitBenchOptions options, PostgresCpu postgres)
    {
        _options = options;
        _postgres = postgres;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: CommitInstruments.MeterName, Name: "actors.storage.batch.size" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, commits, _, _) =>
        {
            Interlocked.Increment(ref _batches);
            Interlocked.Add(ref _batched, commits);
        });
        _listener.Start();
    }

    public async Task<Round> RunAsync(Candidate candidate)
    {
        GC.Collect();
        _batches = _batched = 0;
        var app = Environment.CpuUsage.TotalTime;
        var postgres = _postgres.Read();
        var machine = PostgresCpu.ReadMachine();
        var started = Stopwatch.GetTimestamp();
        var end = started + (_options.Seconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(Enumerable.Range(0, _options.Callers).Select(caller => Task.Run(() => CallAsync(candidate, caller, end))));
        var elapsed = Stopwatch.GetElapsedTime(started);
        app = Environment.CpuUsage.TotalTime - app;
        postgres = _postgres.Read() - postgres;
        machine = PostgresCpu.ReadMachine() - machine;

        var sorted = latencies.SelectMany(l => l).ToArray();
        Array.Sort(sorted);
        return new(
            sorted.Length / elapsed.TotalSeconds,
            Milliseconds(sorted[sorted.Length / 2]),
            Milliseconds(sorted[sorted.Length * 99 / 100]),
            app.TotalMicroseconds / sorted.Length,
            postgres.TotalMicroseconds / sorted.Length,
            _batches == 0 ? 1 : (double)_batched / _batches,
            Math.Max(0, (machine - app - postgres) / elapsed));
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>One caller goes round its own orders, as a grain's turns follow each other.</summary>
    private async Task<List<long>> CallAsync(Candidate candidate, int caller, long end)
    {
        var latencies = new List<long>(16_384);
        var order = caller;
        for (var now = Stopwatch.GetTimestamp(); now < end;)
        {
            await candidate.ReportAsync(order);
            var after = Stopwatch.GetTimestamp();
            latencies.Add(after - now);
            now = after;
            order += _options.Callers;
            order = order < _options.Orders ? order : caller;
        }

        return latencies;
    }

    private static double Milliseconds(long ticks) => ticks * 1_000.0 / Stopwatch.Frequency;
}
