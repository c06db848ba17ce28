namespace Actors.Bench;

/// <summary>Prints medians, as a Markdown table, and what they should show.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<(Candidate Candidate, List<Round> Rounds)> results)
    {
        var ours = results.First(r => r.Candidate.Name == Candidates.Ours).Rounds;
        Console.WriteLine();
        Console.WriteLine("| store | tables | commits/s | of ours | p50 ms | p99 ms | µs CPU app + PG | batch | others' cores | commits/s of each round |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|");
        foreach (var (candidate, rounds) in results)
        {
            var median = Median(rounds);
            Console.WriteLine(
                $"| {candidate.Name} | {candidate.Tables} | {median.PerSecond:N0} | {Ratio(rounds, ours, r => r.PerSecond):F2} | {median.P50Milliseconds:F1} "
                + $"| {median.P99Milliseconds:F1} | {median.AppMicroseconds:F0} + {median.PostgresMicroseconds:F0} | {median.BatchSize:F1} | {median.OthersCores:F1} "
                + $"| {string.Join(' ', rounds.Select(r => $"{r.PerSecond:F0}"))} |");
        }

        var transactions = results.First(r => r.Candidate.Name == Candidates.Transactions).Rounds;
        var adoNet = results.First(r => r.Candidate.Name == Candidates.AdoNet).Rounds;
        Console.WriteLine();
        Judge("rate against one transaction a commit", Ratio(ours, transactions, r => r.PerSecond), 2.5, isLeast: true);
        Judge("CPU against one transaction a commit", Ratio(ours, transactions, Cpu), 0.4, isLeast: false);
        Judge("rate against Orleans AdoNet", Ratio(ours, adoNet, r => r.PerSecond), 2, isLeast: true);
    }

    /// <summary>The median of the ratios round by round: what slows a whole round slows both.</summary>
    private static double Ratio(List<Round> rounds, List<Round> others, Func<Round, double> value) =>
        Median(rounds.Zip(others, (mine, other) => value(mine) / value(other)));

    private static Round Median(List<Round> rounds) => new(
        Median(rounds, r => r.PerSecond),
        Median(rounds, r => r.P50Milliseconds),
        Median(rounds, r => r.P99Milliseconds),
        Median(rounds, r => r.AppMicroseconds),
        Median(rounds, r => r.PostgresMicroseconds),
        Median(rounds, r => r.BatchSize),
        Median(rounds, r => r.OthersCores));

    private static double Cpu(Round round) => round.AppMicroseconds + round.PostgresMicroseconds;

    private static double Median(List<Round> rounds, Func<Round, double> value) => Median(rounds.Select(value));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static void Judge(string what, double ratio, double limit, bool isLeast)
    {
        var holds = isLeast ? ratio >= limit : ratio <= limit;
        Console.WriteLine($"{what}: {ratio:F2} (target {(isLeast ? "≥" : "≤")} {limit:F1}) {(holds ? "met" : "MISSED")}");
    }
}
