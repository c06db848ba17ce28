using System.Diagnostics;

namespace Actors.Bench;

/// <summary>
/// How long a change takes to those who watch. Nobody outside sees the moment of the commit; it lies between two that we see. From
/// sending: too much, for the request and the commit itself are in it. From the answer: a little too short, for the answer's own way
/// back is not in it, and an event may even be there first. The targets are about the latter.
/// </summary>
internal sealed class LatencyLook(Uri server, string token, LiveBenchOptions options)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LastArrival = TimeSpan.FromSeconds(10);

    public static void PrintHead()
    {
        Console.WriteLine();
        Console.WriteLine(
            "| system | watchers | orders | from sending: p50 ms | p99 | last watcher p50 | p99 "
            + "| from the answer: p50 ms | p99 | last watcher p50 | p99 | cut | missing |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    }

    /// <summary>Prints one line; returns the median from the answer, or null if an event was missing.</summary>
    public async Task<double?> MeasureAsync(string system, int clients, int orderCount)
    {
        var orders = CreateOrders(orderCount);
        using var end = new CancellationTokenSource();
        var watching = new Task<(List<Told> Told, int Cuts)>[clients];
        await Parallel.ForAsync(0, clients, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (client, _) =>
        {
            var order = orders[client % orderCount];
            watching[client] = CollectAsync(order, await Watcher.OpenAsync(order, after: null, CancellationToken.None), end.Token);
        });

        using (var writer = Writer.Start(server, orders, options.Rate))
        {
            await Task.Delay(Settling + TimeSpan.FromSeconds(options.Seconds));
            writer.Stop();
        }

        end.CancelAfter(LastArrival);
        var watched = await Task.WhenAll(watching);
        return Print(system, orders, [.. watched.Select(w => w.Told)], watched.Sum(w => w.Cuts));
    }

    private List<Order> CreateOrders(int count)
    {
        using var connection = new HttpConnection(server);
        return [.. Enumerable.Range(0, count).Select(_ => Order.Create(connection, server, token))];
    }

    // As a browser does: a feed that the server ends is taken up again where it stood.
    private static async Task<(List<Told> Told, int Cuts)> CollectAsync(Order order, Watcher watcher, CancellationToken end)
    {
        var told = new List<Told>();
        for (var cuts = 0; ; cuts++)
        {
            try
            {
                using (watcher)
                {
                    while (await watcher.NextAsync(end) is { } next)
                    {
                        told.Add(next);
                    }
                }

                watcher = await Watcher.OpenAsync(order, told.Count == 0 ? null : told[^1].Id, end);
            }
            catch (OperationCanceledException)
            {
                return (told, cuts); // nothing comes any more
            }
        }
    }

    private static double? Print(string system, List<Order> orders, List<Told>[] told, int cuts)
    {
        var missing = 0L;
        var lines = new List<(long FromSending, long FromAnswer)>();
        var last = new Dictionary<(int Order, long Number), long>();
        var settled = orders[0].TimesOf(1).Sent + (long)(Settling.TotalSeconds * Stopwatch.Frequency);
        for (var client = 0; client < told.Length; client++)
        {
            var order = orders[client % orders.Count];
            missing += order.Started - told[client].Count;
            for (var i = 0; i < told[client].Count; i++)
            {
                var (_, number, at) = told[client][i];
                missing += number == i + 1 ? 0 : 1; // in order, each once
                var (sent, answered) = order.TimesOf(number);
                if (sent >= settled)
                {
                    lines.Add((at - sent, at - answered));
                    var key = (client % orders.Count, number);
                    last[key] = Math.Max(last.GetValueOrDefault(key), at);
                }
            }
        }

        var lastLines = last.Select(l => (At: l.Value, Times: orders[l.Key.Order].TimesOf(l.Key.Number))).ToList();
        var (p50, p99) = Percentiles(lines.Select(l => l.FromSending));
        var (lastP50, lastP99) = Percentiles(lastLines.Select(l => l.At - l.Times.Sent));
        var (answerP50, answerP99) = Percentiles(lines.Select(l => l.FromAnswer));
        var (answerLastP50, answerLastP99) = Percentiles(lastLines.Select(l => l.At - l.Times.Answered));
        Console.WriteLine(
            $"| {system} | {told.Length} | {orders.Count} | {p50:F1} | {p99:F1} | {lastP50:F1} | {lastP99:F1} "
            + $"| {answerP50:F1} | {answerP99:F1} | {answerLastP50:F1} | {answerLastP99:F1} | {cuts} | {missing} |");
        return missing == 0 ? answerP50 : null;
    }

    private static (double P50, double P99) Percentiles(IEnumerable<long> ticks)
    {
        var sorted = ticks.Order().ToArray();
        double At(int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)] * 1_000.0 / Stopwatch.Frequency;
        return (At(50), At(99));
    }
}
