using System.Globalization;
using Actors.Infrastructure;

namespace Actors.Bench;

/// <summary>A Redis server of its own for the yardstick, which keeps nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(3);

    private readonly ChildProcess _process;
    private readonly string _folder;

    private RedisServer(ChildProcess process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        Cpu = ProcessCpu.Find("Redis", "redis-server", Address);
    }

    public string Address { get; }

    public ProcessCpu Cpu { get; }

    /// <summary>The program, installed on Debian if need be; null if it cannot be had.</summary>
    public static async Task<string?> FindOrInstallAsync()
    {
        if (Find() is { } found)
        {
            return found;
        }

        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            return null;
        }

        // RUNLEVEL=1: the package is not to start a server of its own.
        const string Install = "export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive; apt-get update -q && apt-get install -y -q --no-install-recommends redis-server";
        var folder = Directory.CreateTempSubdirectory("actors-install-").FullName;
        await using var install = ChildProcess.Start(["/bin/sh", "-c", Install], folder, "TERM");
        await install.WaitForExitAsync(InstallDeadline);
        Directory.Delete(folder, recursive: true);
        return Find();
    }

    public static async Task<RedisServer> StartAsync(string program)
    {
        var folder = Directory.CreateTempSubdirectory("actors-redis-").FullName;
        var port = FreePort.Next();
        var process = ChildProcess.Start(
            [program, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], folder, "KILL");
        await Waiting.UntilAsync(
            () => Task.FromResult(process.HasExited
                ? throw new InvalidOperationException($"Redis ended at start:\n{process.Output}")
                : process.Output.Contains("Ready to accept connections", StringComparison.Ordinal)),
            StartDeadline,
            () => $"Redis did not get ready:\n{process.Output}");
        return new(process, folder, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, "redis-server"))
        .FirstOrDefault(File.Exists);
}
