namespace Actors.Bench;

/// <summary>Prints medians, as a Markdown table, and what they should show.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<(Candidate Candidate, List<Round> Rounds)> results)
    {
        var ours = Of(results, Candidates.Ours);
        Console.WriteLine();
        Console.WriteLine("| store | tables | commits/s | of ours | p50 ms | p99 ms | µs CPU app + PG | batch | others' cores | commits/s of each round |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|");
        foreach (var (candidate, rounds) in results)
        {
            var median = Median(rounds);
            Console.WriteLine(
                $"| {candidate.Name} | {candidate.Tables} | {median.PerSecond:N0} | {median.PerSecond / ours.PerSecond:F2} | {median.P50Milliseconds:F1} "
                + $"| {median.P99Milliseconds:F1} | {median.AppMicroseconds:F0} + {median.PostgresMicroseconds:F0} | {median.BatchSize:F1} | {median.OthersCores:F1} "
                + $"| {string.Join(' ', rounds.Select(r => $"{r.PerSecond:F0}"))} |");
        }

        var transactions = Of(results, Candidates.Transactions);
        var adoNet = Of(results, Candidates.AdoNet);
        Console.WriteLine();
        Judge("rate against one transaction a commit", ours.PerSecond / transactions.PerSecond, 2.5, isLeast: true);
        Judge("CPU against one transaction a commit", Cpu(ours) / Cpu(transactions), 0.4, isLeast: false);
        Judge("rate against Orleans AdoNet", ours.PerSecond / adoNet.PerSecond, 2, isLeast: true);
    }

    private static Round Of(IReadOnlyList<(Candidate Candidate, List<Round> Rounds)> results, string name) =>
        Median(results.First(r => r.Candidate.Name == name).Rounds);

    private static Round Median(List<Round> rounds) => new(
        Median(rounds, r => r.PerSecond),
        Median(rounds, r => r.P50Milliseconds),
        Median(rounds, r => r.P99Milliseconds),
        Median(rounds, r => r.AppMicroseconds),
        Median(rounds, r => r.PostgresMicroseconds),
        Median(rounds, r => r.BatchSize),
        Median(rounds, r => r.OthersCores));

    private static double Cpu(Round round) => round.AppMicroseconds + round.PostgresMicroseconds;

    private static double Median(List<Round> rounds, Func<Round, double> value)
    {
        var values = rounds.Select(value).Order().ToList();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    private static void Judge(string what, double ratio, double limit, bool isLeast)
    {
        var holds = isLeast ? ratio >= limit : ratio <= limit;
        Console.WriteLine($"{what}: {ratio:F2} (target {(isLeast ? "≥" : "≤")} {limit:F1}) {(holds ? "met" : "MISSED")}");
    }
}
