using System.Diagnostics;
using System.Text;

namespace Actors.Bench;

/// <summary>What one round of one operation on one contender gave.</summary>
/// <param name="PerSecond">Requests answered with 2xx; another answer ends the run.</param>
/// <param name="P50Milliseconds">Half of them took at most so long.</param>
/// <param name="P99Milliseconds">All but a hundredth of them took at most so long.</param>
/// <param name="Microseconds">CPU per request, of each process.</param>
/// <param name="OthersCores">Cores that neither the contender nor this process kept busy: noise.</param>
internal sealed record Round(double PerSecond, double P50Milliseconds, double P99Milliseconds, double[] Microseconds, double OthersCores)
{
    public double Total => Microseconds.Sum();
}

/// <summary>Sends requests over many connections for a while, and counts.</summary>
internal static class Load
{
    private const int StackBytes = 256 * 1024;

    public static Round Run(Contender contender, Operation operation, int seconds)
    {
        var before = contender.Processes.Select(p => p.Read()).ToArray();
        var (machine, self) = (PostgresCpu.ReadMachine(), Environment.CpuUsage.TotalTime);
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var latencies = new List<long>[contender.Users.Count];
        var failures = new Exception?[contender.Users.Count];
        var threads = contender.Users.Select((user, i) => new Thread(
            () =>
            {
                try
                {
                    latencies[i] = Send(contender, user, operation, end);
                }
                catch (Exception failure)
                {
                    failures[i] = failure;
                }
            },
            StackBytes)).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = contender.Processes.Select((p, i) => p.Read() - before[i]).ToArray();
        (machine, self) = (PostgresCpu.ReadMachine() - machine, Environment.CpuUsage.TotalTime - self);
        if (failures.FirstOrDefault(f => f is not null) is { } first)
        {
            throw new InvalidOperationException($"{contender.Name}, {operation}: {first.Message}", first);
        }

        var sorted = latencies.SelectMany(l => l).ToArray();
        Array.Sort(sorted);
        contender.Ledger.Add(operation, sorted.Length);
        return new(
            sorted.Length / elapsed.TotalSeconds,
            Milliseconds(sorted[sorted.Length / 2]),
            Milliseconds(sorted[sorted.Length * 99 / 100]),
            [.. used.Select(u => u.TotalMicroseconds / sorted.Length)],
            Math.Max(0, (machine - self - used.Aggregate(TimeSpan.Zero, (sum, u) => sum + u)) / elapsed));
    }

    private static List<long> Send(Contender contender, Owner user, Operation operation, long end)
    {
        using var connection = new HttpConnection(contender.Url);
        var requests = new RequestSource(user, contender.Url);
        var latencies = new List<long>(4_096);
        for (var now = Stopwatch.GetTimestamp(); now < end;)
        {
            var status = connection.Send(requests.Next(operation));
            if (status is < 200 or > 299)
            {
                throw new InvalidOperationException($"answered {Encoding.UTF8.GetString(connection.Answer)}");
            }

            var after = Stopwatch.GetTimestamp();
            latencies.Add(after - now);
            now = after;
        }

        return latencies;
    }

    private static double Milliseconds(long ticks) => ticks * 1_000.0 / Stopwatch.Frequency;
}
