using System.Globalization;
using Actors.Bench;
using Actors.Infrastructure;

const int Warmup = 2_000;
const int Passwords = 5_000;
const int Cold = 1_000;
const double MinRate = 1_000;
var maxCold = TimeSpan.FromMilliseconds(50);

if (args.Length > 1 || !int.TryParse(args.FirstOrDefault("100000"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < Cold)
{
    await Console.Error.WriteLineAsync($"Option: the number of users, 100000 by default, at least {Cold}.");
    return 2;
}

var (binaries, whyNot) = await PostgresBinaries.FindOrInstallAsync();
if (binaries is null)
{
    await Console.Error.WriteLineAsync($"No PostgreSQL: {whyNot}");
    return 2;
}

await using var server = await LocalPostgres.CreateAsync(binaries, durable: true);
var folder = Directory.CreateTempSubdirectory("actors-users-").FullName;
try
{
    string[] sessions;
    double rate;
    await using (var silo = await UserSilo.StartAsync(server.ConnectionString, folder))
    {
        var postgres = await PostgresCpu.FindAsync(server.ConnectionString);
        await silo.RegisterAsync("warm", Warmup, withPassword: false);
        (rate, sessions) = await silo.RegisterAsync("user", count, withPassword: false, postgres);
        await silo.RegisterAsync("hashed", Passwords, withPassword: true, postgres);
    }

    // Another process' silo knows nobody.
    await using var later = await UserSilo.StartAsync(server.ConnectionString, folder);
    await later.RegisterAsync("later", Warmup, withPassword: false);
    var slowest = await later.AdmitAsync("user", sessions, Cold, atOnce: 1);
    await later.AdmitAsync("user", sessions, Cold, atOnce: 64);
    Console.WriteLine($"registered: {rate:N0}/s (target ≥ {MinRate:N0}); slowest cold user: {slowest.TotalMilliseconds:F1} ms (target ≤ {maxCold.TotalMilliseconds:F0})");
    return rate >= MinRate && slowest <= maxCold ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
