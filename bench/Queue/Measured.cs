namespace Actors.Bench;

/// <summary>What one run gave.</summary>
/// <param name="Rate">Jobs a second that were asked for, begun and done.</param>
/// <param name="ProgramCpu">CPU of the program for one job.</param>
/// <param name="ServerCpu">CPU of PostgreSQL for one job.</param>
internal sealed record Measured(double Rate, TimeSpan ProgramCpu, TimeSpan ServerCpu)
{
    /// <summary>From asking for a job until a worker has it; the median.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Jobs a second of a backlog that were begun and done.</summary>
    public double Drain { get; init; }

    public void Print(string name) => Console.WriteLine(
        $"{name}: p50 {Latency.TotalMilliseconds:F1} ms, {Rate:N0} jobs/s, {ProgramCpu.TotalMicroseconds:N0} + {ServerCpu.TotalMicroseconds:N0} µs CPU program + PostgreSQL, "
        + $"drain {Drain:N0}/s");
}
