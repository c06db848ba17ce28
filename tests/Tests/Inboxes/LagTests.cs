using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Inboxes;

/// <summary>How soon a change is handled.</summary>
public sealed class LagTests(PostgresServer server)
{
    private const int Messages = 200;

    /// <summary>Readers ask the log once a second by themselves: only signals make it faster than half of that.</summary>
    private const double WithoutSignals = 0.5;

    [Fact]
    public async Task On_SQLite_changes_are_handled_when_their_signal_comes() => await MeasureAsync(postgres: null);

    [Fact]
    public async Task On_PostgreSQL_changes_are_handled_when_their_signal_comes() => await MeasureAsync(await server.CreateDatabaseAsync());

    private static async Task MeasureAsync(string? postgres)
    {
        await using var app = new ActorsApp(postgres);
        var (owner, worker) = (await app.RegisterAsync(), await app.RegisterAsync());
        var id = await owner.CreateWorkOrderAsync("cut");
        (await owner.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{id}/steps/cut", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        await owner.SayAsync(id, "hello");
        await app.UntilHandledAsync();

        var lags = new ConcurrentBag<double>();
        var factory = app.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Name == "actors.changelog.lag" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                me.EnableMeasurementEvents(instrument);
            }
        };
        using var handled = new SemaphoreSlim(0);
        listener.SetMeasurementEventCallback<double>((_, lag, _, _) =>
        {
            lags.Add(lag);
            handled.Release();
        });
        listener.Start();
        for (var i = 0; i < Messages; i++)
        {
            // One after the other: a queue of changes would be measured instead.
            (await owner.SayAsync(id, $"{i}")).Expect(HttpStatusCode.Created);
            Assert.True(await handled.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }

        var sorted = lags.Order().ToList();
        var median = sorted[sorted.Count / 2];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"from decision to handling: p50 {median * 1_000:F2} ms, p90 {sorted[sorted.Count * 9 / 10] * 1_000:F2} ms, p99 {sorted[sorted.Count * 99 / 100] * 1_000:F2} ms");
        Assert.InRange(median, 0, WithoutSignals);
    }
}
