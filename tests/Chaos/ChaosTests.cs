using System.Diagnostics;
using System.Globalization;
using Actors.Chaos.Faults;
using Actors.Chaos.Load;
using Actors.Chaos.Proof;
using Actors.Cluster;
using Actors.Infrastructure;

namespace Actors.Chaos;

/// <summary>
/// A cluster is killed piece by piece while people work with it. Four zeros must hold: no acknowledged write is lost, no effect happens
/// twice, no live feed has a gap, no sum is off; and nobody waits longer than <see cref="Bounds"/> says.
/// </summary>
/// <remarks>
/// By default one round of every fault. <c>ACTORS_CHAOS</c> is the number of minutes that rounds go on for, and <c>ACTORS_CHAOS_SEED</c>
/// repeats the schedule of an earlier run.
/// </remarks>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Silos = 3;
    private const int Frontends = 2;
    private const int Crews = 6;

    [Fact]
    public async Task Whatever_is_killed_nothing_is_lost_or_done_twice_and_every_feed_goes_on()
    {
        var minutes = Setting("ACTORS_CHAOS", 0);
        var seed = Setting("ACTORS_CHAOS_SEED", Random.Shared.Next());
        Tell($"ACTORS_CHAOS_SEED={seed}");

        await using var postgres = await PostgresServer.StartNewAsync(durable: true);
        var database = await postgres.CreateDatabaseAsync();
        await using var cluster = await ActorsCluster.StartAsync(database, Silos, Frontends);
        var (acknowledged, stalls) = (new Acknowledged(), new Stalls());
        try
        {
            await using var clients = await Clients.StartAsync(Crews, seed, [.. cluster.Frontends.Select(f => f.Client)], acknowledged, stalls);
            var saboteur = new Saboteur(cluster, postgres, clients, stalls, Tell);
            await RunAsync(saboteur, seed, TimeSpan.FromMinutes(minutes));
            await clients.EndAsync();
            await Verdict.AssertFourZerosAsync(database, acknowledged, clients);
            Assert.Empty(stalls.TooLong());
        }
        catch
        {
            KeepOutput(cluster);
            throw;
        }
        finally
        {
            Tell(stalls.ToString());
        }
    }

    /// <summary>Whole rounds until the time is over, but at least one.</summary>
    private static async Task RunAsync(Saboteur saboteur, int seed, TimeSpan atLeast)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var round in Fault.Rounds(seed))
        {
            foreach (var fault in round)
            {
                await saboteur.CauseAsync(fault);
            }

            if (Stopwatch.GetElapsedTime(started) >= atLeast)
            {
                return;
            }
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private void Tell(string text)
    {
        output.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage(text);
    }

    private static void KeepOutput(ActorsCluster cluster)
    {
        foreach (var (index, process) in cluster.Silos.Concat(cluster.Frontends).Index())
        {
            TestContext.Current.AddAttachment(string.Create(CultureInfo.InvariantCulture, $"process {index}.log"), process.Output);
        }
    }
}
