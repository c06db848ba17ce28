using Actors.Bench;
using Actors.Infrastructure;

const double MostMillisecondsToOne = 5;
const double MostMillisecondsToMany = 30;

if (LiveBenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(LiveBenchOptions.Usage);
    return 2;
}

var (binaries, whyNot) = await PostgresBinaries.FindOrInstallAsync();
if (binaries is null)
{
    await Console.Error.WriteLineAsync($"No PostgreSQL: {whyNot}");
    return 2;
}

Console.WriteLine(
    $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {binaries}, fsync on; watchers and writer on the same machine");
var isTogetherRight = await LookAsync("one process", Product.StartTogetherAsync);
var isApartRight = await LookAsync("silo and frontend apart", Product.StartApartAsync);
return isTogetherRight && isApartRight ? 0 : 1;

async Task<bool> LookAsync(string system, Func<string, Task<Product>> start)
{
    await using var server = await LocalPostgres.CreateAsync(binaries, durable: true);
    await using var product = await start(server.ConnectionString);
    var postgres = new ProcessCpu("PostgreSQL", (await PostgresCpu.FindAsync(server.ConnectionString)).Read);
    var token = (await product.RegisterAsync(1))[0].Token;
    var isRight = true;
    if (options.Includes(Look.Idle))
    {
        isRight &= await IdleLook.RunAsync(system, product, postgres, options.IdleSeconds);
    }

    if (options.Includes(Look.Latency))
    {
        isRight &= await MeasureLatencyAsync(system, new LatencyLook(product.Url, token, options));
    }

    if (options.Includes(Look.Resume))
    {
        isRight &= await new ResumeLook(product.Url, token, options).RunAsync(system);
    }

    return isRight;
}

async Task<bool> MeasureLatencyAsync(string system, LatencyLook look)
{
    LatencyLook.PrintHead();
    var one = await look.MeasureAsync(system, clients: 1, orderCount: 1);
    var many = await look.MeasureAsync(system, options.Clients, orderCount: 1);
    var each = await look.MeasureAsync(system, options.Clients, options.Clients);
    Console.WriteLine();
    var isFastToOne = Verdict.Tell($"{system}, 1 watcher, p50 ms from the answer", one, MostMillisecondsToOne);
    var isFastToMany = Verdict.Tell($"{system}, {options.Clients} watchers of one order, p50 ms from the answer", many, MostMillisecondsToMany);
    return isFastToOne && isFastToMany && each is not null;
}
