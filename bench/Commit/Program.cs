using Actors.Bench;
using Actors.Infrastructure;
using Actors.WorkOrders;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

if (CommitBenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(CommitBenchOptions.Usage);
    return 2;
}

var (binaries, whyNot) = await PostgresBinaries.FindOrInstallAsync();
if (binaries is null)
{
    await Console.Error.WriteLineAsync($"No PostgreSQL: {whyNot}");
    return 2;
}

await using var services = new ServiceCollection()
    .AddLogging().AddMetrics().AddSerializer(serializer => serializer.AddAssembly(typeof(WorkOrder).Assembly)).BuildServiceProvider();
await using var server = await LocalPostgres.CreateAsync(binaries, durable: true);
var folder = Directory.CreateTempSubdirectory("actors-bench-").FullName;
var candidates = await new Candidates(server.ConnectionString, folder, options, services).CreateAsync();
try
{
    return await MeasureAsync();
}
finally
{
    foreach (var candidate in candidates)
    {
        await candidate.DisposeAsync();
    }

    Directory.Delete(folder, recursive: true);
}

async Task<int> MeasureAsync()
{
    using var measurement = new Measurement(options, await PostgresCpu.FindAsync(server.ConnectionString));
    Console.WriteLine(
        $"{options.Callers} callers, {options.Orders} work orders, {options.Rounds} rounds of {options.Seconds} s; {Environment.ProcessorCount} cores, "
        + $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {binaries}, fsync on");
    foreach (var candidate in candidates)
    {
        await candidate.PrepareAsync();
        await measurement.RunAsync(candidate); // compiles, plans, fills caches
    }

    var results = candidates.Select(candidate => (Candidate: candidate, Rounds: new List<Round>())).ToList();
    for (var round = 1; round <= options.Rounds; round++)
    {
        foreach (var (candidate, rounds) in results)
        {
            rounds.Add(await measurement.RunAsync(candidate));
        }
    }

    Report.Print(results);
    return await VerifyAsync();
}

async Task<int> VerifyAsync()
{
    var exitCode = 0;
    foreach (var candidate in candidates)
    {
        var fault = await candidate.FindFaultAsync();
        Console.WriteLine($"{candidate.Name}: {fault ?? $"all {candidate.Reports} acknowledged reports are there, once"}");
        exitCode = fault is null ? exitCode : 1;
    }

    return exitCode;
}
