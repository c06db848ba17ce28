using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Actors.Bench;

/// <summary>graphile-worker in a Node process over the same server.</summary>
internal static class Graphile
{
    /// <summary>Null if there is no node or npm, or its packages cannot be had.</summary>
    public static async Task<Measured?> MeasureAsync(string database, int seconds, int producers, int underWay, int backlog, PostgresCpu postgres)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "graphile");
        if (!await InstallAsync(folder))
        {
            return null;
        }

        using var node = Process.Start(new ProcessStartInfo(
            "node", ["bench.mjs", UrlOf(database), Text(seconds), Text(producers), Text(underWay), Text(backlog)])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        await node.StandardOutput.ReadLineAsync();
        var before = postgres.Read();
        await node.StandardOutput.ReadLineAsync();
        var server = postgres.Read() - before;
        var answer = JsonDocument.Parse(await node.StandardOutput.ReadToEndAsync()).RootElement;
        await node.WaitForExitAsync();
        var jobs = answer.GetProperty("jobs").GetDouble();
        return new(answer.GetProperty("rate").GetDouble(), TimeSpan.FromMicroseconds(answer.GetProperty("cpu").GetDouble()), server / jobs)
        {
            Latency = TimeSpan.FromMilliseconds(answer.GetProperty("p50").GetDouble()),
            Drain = answer.GetProperty("drain").GetDouble(),
        };
    }

    private static async Task<bool> InstallAsync(string folder)
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--silent"]) { WorkingDirectory = folder, UseShellExecute = false })!;
            await npm.WaitForExitAsync();
            return npm.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no npm
        }
    }

    private static string UrlOf(string database)
    {
        var parts = new NpgsqlConnectionStringBuilder(database);
        return $"postgresql://{parts.Username}:{Uri.EscapeDataString(parts.Password ?? "")}@{parts.Host}:{parts.Port}/{parts.Database}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
