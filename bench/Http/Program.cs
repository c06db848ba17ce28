using Actors.Bench;
using Actors.Infrastructure;

if (HttpBenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(HttpBenchOptions.Usage);
    return 2;
}

var (binaries, whyNot) = await PostgresBinaries.FindOrInstallAsync();
if (binaries is null || await RedisServer.FindOrInstallAsync() is not { } redis)
{
    await Console.Error.WriteLineAsync(binaries is null ? $"No PostgreSQL: {whyNot}" : "No Redis: install redis-server.");
    return 2;
}

var contenders = new List<Contender>();
try
{
    contenders.Add(await Contender.StartTogetherAsync(binaries, options));
    contenders.Add(await Contender.StartApartAsync(binaries, options));
    contenders.Add(await Contender.StartBaselineAsync(binaries, redis, options));
    return await MeasureAsync();
}
finally
{
    foreach (var contender in contenders)
    {
        await contender.DisposeAsync();
    }
}

async Task<int> MeasureAsync()
{
    Console.WriteLine(
        $"{options.Connections} connections of as many users, {options.Orders} work orders each, {options.Rounds} rounds of {options.Seconds} s; "
        + $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {binaries}, fsync on");
    var measured = new List<(Operation Operation, List<(Contender Contender, List<Round> Rounds)> Results)>();
    Report.PrintHead();
    foreach (var operation in options.Operations)
    {
        var results = contenders.ConvertAll(contender => (Contender: contender, Rounds: new List<Round>()));
        results.ForEach(r => Load.Run(r.Contender, operation, options.WarmUpFor(operation))); // compiles, plans, activates, fills caches
        for (var round = 1; round <= options.Rounds; round++)
        {
            results.ForEach(r => r.Rounds.Add(Load.Run(r.Contender, operation, options.Seconds)));
        }

        Report.Print(operation, results);
        measured.Add((operation, results));
    }

    Console.WriteLine();
    var isMet = measured.Aggregate(true, (met, m) => Report.Judge(m.Operation, m.Results) && met);
    return await VerifyAsync() && isMet ? 0 : 1;
}

async Task<bool> VerifyAsync()
{
    var isRight = true;
    foreach (var contender in contenders)
    {
        var fault = await contender.Ledger.FindFaultAsync();
        Console.WriteLine($"{contender.Name}: {fault ?? contender.Ledger.ToString()}");
        isRight &= fault is null;
    }

    return isRight;
}
