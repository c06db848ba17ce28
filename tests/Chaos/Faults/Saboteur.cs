using System.Diagnostics;
using System.Globalization;
using Actors.Cluster;
using Actors.Infrastructure;

namespace Actors.Chaos.Faults;

/// <summary>Makes things go wrong, and puts them right again.</summary>
/// <param name="cluster">The silos and frontends.</param>
/// <param name="postgres">Their database server.</param>
/// <param name="clients">Everybody who is to notice as little as possible.</param>
/// <param name="stalls">Where their waiting is noted.</param>
/// <param name="tell">Where it says what it did.</param>
public sealed class Saboteur(ActorsCluster cluster, PostgresServer postgres, Clients clients, Stalls stalls, Action<string> tell)
{
    /// <summary>Lets the fault happen, and waits until everybody works again.</summary>
    public async Task CauseAsync(Fault fault)
    {
        await clients.MoreAsync(fault.After);
        var begun = Stopwatch.GetTimestamp();
        stalls.Begin(fault.Kind);
        await (fault.Kind switch
        {
            FaultKind.SiloKilled => KillAsync(cluster.Silos[fault.Victim % cluster.Silos.Count]),
            FaultKind.FrontendsKilled => KillFrontendsAsync(),
            FaultKind.PostgresKilled => KillPostgresAsync(),
            FaultKind.RollingRestart => RestartAllAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        });
        await clients.SettleAsync();
        tell(string.Create(CultureInfo.InvariantCulture, $"{fault.Kind} over after {Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} s: {stalls.Longest()}."));
        stalls.Begin(FaultKind.Calm);
    }

    private async Task KillAsync(ActorsProcess process)
    {
        await process.KillAsync();
        // The others carry on without it, before it comes back.
        await clients.SettleAsync();
        await process.RestartAsync();
    }

    private async Task KillFrontendsAsync()
    {
        foreach (var frontend in cluster.Frontends)
        {
            await KillAsync(frontend);
        }
    }

    private async Task KillPostgresAsync()
    {
        var (failures, killed) = (clients.Failures, Stopwatch.GetTimestamp());
        await postgres.KillAsync();
        await clients.UntilAsync(() => clients.Failures > failures, "Nobody noticed that PostgreSQL was gone.");
        var noticed = Stopwatch.GetElapsedTime(killed);
        await postgres.StartAsync();
        var outage = Stopwatch.GetElapsedTime(killed);
        stalls.OnOutage(outage);
        tell(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL was gone for {outage.TotalSeconds:F1} s, for {noticed.TotalSeconds:F1} s of it on purpose."));
    }

    private async Task RestartAllAsync()
    {
        foreach (var process in cluster.Silos.Concat(cluster.Frontends))
        {
            var exitCode = await process.TerminateAsync();
            Assert.True(exitCode == 0, $"A terminated process exited with {exitCode}:\n{process.Output}");
            await process.RestartAsync();
            await clients.SettleAsync();
        }
    }
}
