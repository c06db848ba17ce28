using System.Runtime.CompilerServices;
using System.Text.Json;
using Actors.Chaos.Faults;
using Actors.Chaos.Feeds;
using Actors.Chaos.Load;
using Actors.Chaos.Proof;
using Actors.Infrastructure;
using Xunit.Sdk;

namespace Actors.Chaos;

/// <summary>A chaos run that finds nothing proves something only if its checks can find something.</summary>
public sealed class ChecksTests
{
    private const string Topic = "work-orders/1";

    [Theory]
    [InlineData(new long[] { 1, 3 })]
    [InlineData(new long[] { 1, 2, 2 })]
    [InlineData(new long[] { 1, 2, 1 })]
    [InlineData(new long[] { 2 })]
    public async Task A_watcher_sees_a_gap_and_a_repetition(long[] versions)
    {
        var failure = await Assert.ThrowsAsync<TrueException>(() => WatchAsync(versions));

        Assert.Contains("came after", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_is_late_from_the_acknowledgement_of_its_command_on()
    {
        var acknowledged = new Acknowledged();
        acknowledged.Add(Report(1));

        Assert.True(acknowledged.Since(Report(1)) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, acknowledged.Since(Report(2)));
    }

    [Fact]
    public void Who_waits_longer_than_the_bound_is_named()
    {
        var stalls = new Stalls();
        stalls.Begin(FaultKind.SiloKilled);
        stalls.OnAcknowledged(TimeSpan.FromSeconds(10), tries: 1);
        stalls.OnArrived(TimeSpan.FromSeconds(5));
        Assert.Empty(stalls.TooLong());

        stalls.OnAcknowledged(TimeSpan.FromSeconds(10.1), tries: 1);
        stalls.OnArrived(TimeSpan.FromSeconds(5.1));

        Assert.Equal(
            ["SiloKilled: a writer waited 10.1 s, more than 10.0 s.", "SiloKilled: an event came 5.1 s late, more than 5.0 s."], stalls.TooLong());
    }

    [Fact]
    public void A_lost_a_doubled_and_an_untold_command_are_found()
    {
        var acknowledged = new Acknowledged();
        acknowledged.Add(Report(1));
        acknowledged.Add(Report(2));

        Verdict.AssertEachCommandOnce(acknowledged, Log(1, 2));
        Assert.Contains("lost", Finding(acknowledged, 1), StringComparison.Ordinal);
        Assert.Contains("twice", Finding(acknowledged, 1, 2, 2), StringComparison.Ordinal);
        Assert.Contains("never acknowledged", Finding(acknowledged, 1, 2, 3), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_repeats_its_faults() => Assert.Equal(
        Fault.Rounds(42).Take(3).SelectMany(round => round), Fault.Rounds(42).Take(3).SelectMany(round => round));

    private static string Finding(Acknowledged acknowledged, params long[] happened) =>
        Assert.Throws<TrueException>(() => Verdict.AssertEachCommandOnce(acknowledged, Log(happened))).Message;

    private static Dictionary<string, List<Effect>> Log(params long[] reports) =>
        new(StringComparer.Ordinal) { [Topic] = [.. reports.Select(Report)] };

    private static Effect Report(long quantity) => new(Topic, Effect.ProgressReported, Effect.Quantities(quantity, 0));

    private static async Task WatchAsync(long[] versions)
    {
        using var enough = new CancellationTokenSource();
        using var http = new HttpClient();
        var watcher = new Watcher(new Recording(versions, enough), [new ActorsClient(http)], new Acknowledged(), new Stalls());
        await watcher.WatchAsync(enough.Token);
    }

    /// <summary>Brings the given versions over one connection, then ends the watching.</summary>
    private sealed class Recording(long[] versions, CancellationTokenSource enough) : IFeed
    {
        public string Name => "a recording";

        public string? Token => null;

        public bool Covers(string topic) => topic == Topic;

        public async IAsyncEnumerable<LiveChange> OpenAsync(ActorsClient user, [EnumeratorCancellation] CancellationToken end)
        {
            foreach (var version in versions)
            {
                yield return new(Topic, version, Effect.ProgressReported, JsonSerializer.SerializeToElement(new { completedQuantity = version, defectiveQuantity = 0 }));
            }

            await enough.CancelAsync();
        }
    }
}
