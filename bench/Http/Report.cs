namespace Actors.Bench;

/// <summary>Prints medians, as a Markdown table, and what they should show.</summary>
internal static class Report
{
    // CPU of all processes and the database together, at most so many times the yardstick's.
    private static readonly (Operation Operation, string Contender, double Limit)[] Targets =
    [
        (Operation.Get, Contender.Together, 1.2),
        (Operation.List, Contender.Together, 1.1),
        (Operation.Progress, Contender.Together, 0.75),
        (Operation.Progress, Contender.Apart, 1),
        (Operation.Create, Contender.Together, 0.8),
    ];

    public static void PrintHead()
    {
        Console.WriteLine();
        Console.WriteLine("| request | system | requests/s | p50 ms | p99 ms | µs CPU a request | of these | of the yardstick's | others' cores |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---|---:|---:|");
    }

    public static void Print(Operation operation, IReadOnlyList<(Contender Contender, List<Round> Rounds)> results)
    {
        var yardstick = results.First(r => r.Contender.Name == Contender.Baseline).Rounds;
        foreach (var (contender, rounds) in results)
        {
            var parts = contender.Processes.Select((process, i) => $"{process.Name} {Median(rounds.Select(r => r.Microseconds[i])):F0}");
            Console.WriteLine(
                $"| {operation} | {contender.Name} | {Median(rounds.Select(r => r.PerSecond)):N0} | {Median(rounds.Select(r => r.P50Milliseconds)):F1} "
                + $"| {Median(rounds.Select(r => r.P99Milliseconds)):F1} | {Median(rounds.Select(r => r.Total)):F0} | {string.Join(" + ", parts)} "
                + $"| {Ratio(rounds, yardstick):F2} ({string.Join(' ', rounds.Zip(yardstick, (r, y) => $"{r.Total / y.Total:F2}"))}) "
                + $"| {Median(rounds.Select(r => r.OthersCores)):F1} |");
        }
    }

    /// <summary>Whether every target that was measured is met.</summary>
    public static bool Judge(Operation operation, List<(Contender Contender, List<Round> Rounds)> results)
    {
        var yardstick = results.First(r => r.Contender.Name == Contender.Baseline).Rounds;
        var isMet = true;
        foreach (var target in Targets.Where(t => t.Operation == operation && results.Exists(r => r.Contender.Name == t.Contender)))
        {
            var ratio = Ratio(results.First(r => r.Contender.Name == target.Contender).Rounds, yardstick);
            var holds = ratio <= target.Limit;
            Console.WriteLine($"{operation}, {target.Contender}: {ratio:F2} x the yardstick's CPU (target ≤ {target.Limit}) {(holds ? "met" : "MISSED")}");
            isMet &= holds;
        }

        return isMet;
    }

    /// <summary>The median of the ratios round by round: what slows a whole round slows both.</summary>
    private static double Ratio(List<Round> rounds, List<Round> yardstick) => Median(rounds.Zip(yardstick, (mine, other) => mine.Total / other.Total));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
