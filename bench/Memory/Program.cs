using Actors;
using Actors.Bench;

const int Warmup = 500;
const int Orders = 3_000;
const double MaxKilobytesPerOrder = 12;
const double MaxIdleMegabytes = 200;
var settling = TimeSpan.FromSeconds(10);

var folder = Directory.CreateTempSubdirectory("actors-memory-").FullName;
try
{
    var idle = await ProductProcess.MeasureIdleAsync(Path.Combine(folder, "product"), settling) / 1e6;
    var perOrder = await MeasureOrderAsync() / 1e3;
    Console.WriteLine($"idle process: {idle:F0} MB RSS (target ≤ {MaxIdleMegabytes})");
    Console.WriteLine($"active work order with 6 steps: {perOrder:F1} KB heap (target ≤ {MaxKilobytesPerOrder})");
    return idle <= MaxIdleMegabytes && perOrder <= MaxKilobytesPerOrder ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task<double> MeasureOrderAsync()
{
    await using var silo = await EmbeddedSilo.StartAsync(Path.Combine(folder, "silo"));
    var owner = new Caller { UserId = "owner", Role = UserRole.Admin };
    await silo.RegisterAsync(owner);
    await silo.CreateOrdersAsync(owner, 0, Warmup); // what comes once, whatever the number of orders, is there before
    var activeBefore = await silo.CountActiveAsync();
    var before = GC.GetTotalMemory(forceFullCollection: true);
    await silo.CreateOrdersAsync(owner, Warmup, Orders);
    var active = await silo.CountActiveAsync() - activeBefore;
    var after = GC.GetTotalMemory(forceFullCollection: true);
    Console.WriteLine($"{active} orders became active; heap {before / 1e6:F1} MB → {after / 1e6:F1} MB");
    return active == Orders ? (double)(after - before) / active : double.PositiveInfinity; // else it was not what is to be measured
}
