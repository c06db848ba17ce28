using System.Globalization;
using Actors.Infrastructure;

namespace Actors.Bench;

/// <summary>A program of ours that serves HTTP, in a process of its own below this one.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly string _folder;

    private ServerProcess(string name, Uri url, ChildProcess process, string folder)
    {
        Name = name;
        Url = url;
        _process = process;
        _folder = folder;
        Cpu = ProcessCpu.Find(name, $"Actors.{name}.dll", url.ToString());
    }

    /// <summary>The program's name, e.g. <c>Frontend</c>.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>What it uses.</summary>
    public ProcessCpu Cpu { get; }

    /// <summary>Starts <c>Actors.{name}.dll</c>, which lies beside this program, and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string name, IReadOnlyDictionary<string, string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("actors-bench-").FullName;
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ACTORS_DATA"] = folder, ["ASPNETCORE_ENVIRONMENT"] = "Production" };
        foreach (var (key, value) in settings)
        {
            environment[key] = value;
        }

        var process = ChildProcess.Start(
            ["dotnet", Path.Combine(AppContext.BaseDirectory, $"Actors.{name}.dll"), "--urls", url.ToString()], folder, "KILL", environment);
        try
        {
            using var client = new HttpClient { BaseAddress = url };
            await Waiting.UntilAsync(() => IsReadyAsync(process, client), StartDeadline, () => $"{name} did not get ready:\n{process.Output}");
            return new(name, url, process, folder);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> IsReadyAsync(ChildProcess process, HttpClient client)
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"It ended at start:\n{process.Output}");
        }

        try
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }
}
