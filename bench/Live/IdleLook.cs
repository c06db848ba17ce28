using System.Diagnostics;

namespace Actors.Bench;

/// <summary>What the processes use when nobody asks for anything.</summary>
internal static class IdleLook
{
    private const double MostPercent = 8;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>Prints each process; returns whether the process with the silo uses little enough.</summary>
    public static async Task<bool> RunAsync(string system, Product product, ProcessCpu postgres, int seconds)
    {
        await Task.Delay(Settling);
        ProcessCpu[] processes = [.. product.Processes.Select(p => p.Cpu), postgres];
        var before = Array.ConvertAll(processes, p => p.Read());
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var percents = processes.Select((p, i) => (p.Name, Percent: (p.Read() - before[i]) / elapsed * 100)).ToList();
        Console.WriteLine($"{system}, idle for {seconds} s, percent of a core: {string.Join(", ", percents.Select(p => $"{p.Name} {p.Percent:F1}"))}");
        return Verdict.Tell($"{system}, idle {percents[0].Name}, percent of a core", percents[0].Percent, MostPercent);
    }
}
