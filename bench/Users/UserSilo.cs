using System.Diagnostics;
using Actors.Hosting;
using Actors.Users;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Bench;

/// <summary>A silo in this process over PostgreSQL, and users of its grains.</summary>
internal sealed class UserSilo : IAsyncDisposable
{
    private const int AtOnce = 256;

    private static readonly Device Phone = new("Werkbank 3", "bench", "192.0.2.1");

    private readonly IHost _host;
    private readonly IGrainFactory _grains;

    private UserSilo(IHost host)
    {
        _host = host;
        _grains = host.Services.GetRequiredService<IGrainFactory>();
    }

    public static async Task<UserSilo> StartAsync(string database, string folder)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ACTORS_DATA", folder),
            new("ConnectionStrings:Postgres", database),
            new("Passwords:BcryptCost", "4"),
        ]);
        builder.Logging.ClearProviders();
        builder.AddEmbeddedSilo();
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    /// <summary>
    /// Registers users, each with a first session: by a code, or by a password, which costs a hash. Says and returns how many a second, and
    /// their sessions.
    /// </summary>
    public async Task<(double Rate, string[] Sessions)> RegisterAsync(string prefix, int count, bool withPassword, PostgresCpu? postgres = null)
    {
        var sessions = new string[count];
        var (cpu, server, started) = (Environment.CpuUsage.TotalTime, postgres?.Read(), Stopwatch.GetTimestamp());
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            Caller.Current = Caller.System;
            var user = _grains.GetGrain<IUserGrain>($"{prefix}-{number}");
            var email = $"{prefix}-{number}@example.org";
            if (withPassword)
            {
                await user.SignUp(new RegisterUser { Email = email, Password = "correct horse battery" }, Phone);
            }
            else
            {
                await user.ConfirmEmail(new ConfirmEmail(email, ByHimself: false));
                await user.OpenSession(Phone, "code");
            }

            sessions[number] = (await user.Sessions())[0].Id;
        });
        var took = Stopwatch.GetElapsedTime(started);
        if (server is { } before)
        {
            Console.WriteLine(
                $"{count:N0} users registered {(withPassword ? "by password (bcrypt 4)" : "by code")}, {AtOnce} at once: {count / took.TotalSeconds:N0}/s, "
                + $"{(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count:N0} + {(postgres!.Read() - before).TotalMicroseconds / count:N0} µs CPU silo + PostgreSQL");
        }

        return (count / took.TotalSeconds, sessions);
    }

    /// <summary>Requests of users who are not in memory. Says how long they take, and returns the slowest.</summary>
    public async Task<TimeSpan> AdmitAsync(string prefix, string[] sessions, int count, int atOnce)
    {
        var times = new TimeSpan[count];
        var step = sessions.Length / count;
        var offset = atOnce == 1 ? 0 : step / 2; // each user is cold once
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) =>
        {
            var number = (i * step) + offset;
            var started = Stopwatch.GetTimestamp();
            var admission = await _grains.GetGrain<IUserGrain>($"{prefix}-{number}").Admit(sessions[number]);
            times[i] = Stopwatch.GetElapsedTime(started);
            if (admission.Caller is null)
            {
                throw new InvalidOperationException($"The session of user {number} is lost.");
            }
        });
        Array.Sort(times);
        Console.WriteLine(
            $"{count:N0} cold users, {atOnce} at once: p50 {times[count / 2].TotalMilliseconds:F1} ms, p99 {times[count * 99 / 100].TotalMilliseconds:F1} ms, "
            + $"slowest {times[^1].TotalMilliseconds:F1} ms");
        return times[^1];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
