using System.Globalization;
using Actors.Bench;
using Actors.Infrastructure;

const int Latencies = 300;
const int Producers = 64;
const int UnderWay = 1_000;
const int Backlog = 20_000;

if (args.Length > 1 || !int.TryParse(args.FirstOrDefault("8"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds == 0)
{
    await Console.Error.WriteLineAsync("Option: seconds of each sustained run, 8 by default.");
    return 2;
}

var (binaries, whyNot) = await PostgresBinaries.FindOrInstallAsync();
if (binaries is null)
{
    await Console.Error.WriteLineAsync($"No PostgreSQL: {whyNot}");
    return 2;
}

await using var server = await LocalPostgres.CreateAsync(binaries, durable: true);
var postgres = await PostgresCpu.FindAsync(server.ConnectionString);
var ours = new List<Measured>();
foreach (var shards in (int[])[1, 2, 4])
{
    var folder = Directory.CreateTempSubdirectory("actors-queue-").FullName;
    try
    {
        await using var silo = await JobSilo.StartAsync(server.ConnectionString, folder, shards);
        await silo.SustainAsync(TimeSpan.FromSeconds(ours.Count == 0 ? 8 : 2), Producers, UnderWay, postgres); // warms up; the compiler takes the longer
        var latency = await silo.LatencyAsync(Latencies);
        var sustained = await silo.SustainAsync(TimeSpan.FromSeconds(seconds), Producers, UnderWay, postgres);
        ours.Add(sustained with { Latency = latency, Drain = await silo.DrainAsync(Backlog) });
        ours[^1].Print($"ours, {shards} shard(s)");
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

var theirs = await Graphile.MeasureAsync(server.ConnectionString, seconds, Producers, UnderWay, Backlog, postgres);
theirs?.Print("graphile-worker");
var best = ours.MaxBy(m => m.Rate)!;
Console.WriteLine(
    $"p50 {ours[0].Latency.TotalMilliseconds:F1} ms (target ≤ 3); {best.Rate:N0} jobs/s (target ≥ 3,000); drain {ours.Max(m => m.Drain):N0}/s (target ≥ 10,000); "
    + (theirs is null ? "no graphile-worker: node or npm is missing" : $"{best.Rate / theirs.Rate:F1} × graphile-worker (target ≥ 5)"));
return 0;
