using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Actors.Infrastructure;

/// <summary>All that a system tells of itself to whoever watches over it: log lines, traces, metrics, and what it refuses.</summary>
internal sealed class Telltales : ILoggerProvider
{
    private readonly ConcurrentBag<string> _logs = [];
    private readonly ConcurrentBag<string> _traces = [];
    private readonly ConcurrentBag<string> _metrics = [];
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public Telltales()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _traces.Add(string.Join(
                '\n',
                activity.TagObjects.Concat(activity.Events.SelectMany(e => e.Tags)).Select(t => $"{t.Key}={t.Value}")
                    .Concat(activity.Baggage.Select(b => $"{b.Key}={b.Value}")).Prepend($"{activity.Source.Name} {activity.DisplayName} {activity.StatusDescription}"))),
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<long>(Measured);
        _meters.SetMeasurementEventCallback<int>(Measured);
        _meters.SetMeasurementEventCallback<double>(Measured);
        _meters.Start();
    }

    /// <summary>Log lines, with their exceptions.</summary>
    public IEnumerable<string> Logs => _logs;

    /// <summary>Spans, with their tags and events.</summary>
    public IEnumerable<string> Traces => _traces;

    /// <summary>Tags of measurements.</summary>
    public IEnumerable<string> Metrics
    {
        get
        {
            _meters.RecordObservableInstruments();
            return _metrics;
        }
    }

    /// <summary>Answers that are refusals, with their headers.</summary>
    public ConcurrentBag<string> Refusals { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Line(_logs, categoryName);

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    /// <summary>Reads along what clients are answered.</summary>
    public DelegatingHandler Handler() => new Reading(Refusals);

    private void Measured<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var text = instrument.Name;
        foreach (var tag in tags)
        {
            text += $" {tag.Key}={tag.Value}";
        }

        _metrics.Add(text);
    }

    private sealed class Line(ConcurrentBag<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            lines.Add($"{category} scope: {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add($"{category} {formatter(state, exception)} {exception}");
    }

    private sealed class Reading(ConcurrentBag<string> refusals) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode >= HttpStatusCode.BadRequest)
            {
                refusals.Add($"{answer.Headers} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            }

            return answer;
        }
    }
}
