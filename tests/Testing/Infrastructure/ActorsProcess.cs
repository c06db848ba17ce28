using System.Globalization;
using System.Net;

namespace Actors.Infrastructure;

/// <summary>The programs of the product.</summary>
public enum ActorsProgram
{
    /// <summary>REST; alone it is the whole system.</summary>
    Frontend,

    /// <summary>A node of a cluster.</summary>
    Silo,

    /// <summary>A client of silos that does jobs.</summary>
    Worker,
}

/// <summary>
/// The product as a user runs it: a process of its own with a data folder and a port of its own, that a test may kill and start
/// again. Ends with the test run, and takes its data with it.
/// </summary>
public sealed class ActorsProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    // Tests of limits set them; the others are fast.
    private static readonly string[] NoLimits =
    [
        "RateLimits__Free", "RateLimits__Login", "RateLimits__Register", "RateLimits__Refresh", "RateLimits__Anonymous", "Lockout__AddressFailures",
    ];

    private readonly ActorsProgram _program;
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-process-").FullName;
    private readonly IReadOnlyDictionary<string, string?> _environment;
    private readonly List<string> _earlierOutput = [];
    private ChildProcess? _process;

    private ActorsProcess(IReadOnlyDictionary<string, string>? environment, ActorsProgram program)
    {
        _program = program;
        var port = FreePort.Next();
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        Client = new HttpClient { BaseAddress = Url };
        _environment = Environment(environment);
    }

    /// <summary>Where it listens; the same after a restart.</summary>
    public Uri Url { get; }

    /// <summary>A plain client of <see cref="Url"/>.</summary>
    public HttpClient Client { get; }

    /// <summary>Where it keeps its data.</summary>
    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>What it wrote to standard output and standard error, over all its starts.</summary>
    public string Output => string.Join('\n', [.. _earlierOutput, _process?.Output ?? ""]);

    /// <summary>Starts the product and waits until it is ready.</summary>
    /// <param name="environment">Settings, e.g. <c>DATABASE_URL</c>. Those of the test run's own environment do not count.</param>
    /// <param name="program">Which of its programs.</param>
    public static async Task<ActorsProcess> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, ActorsProgram program = ActorsProgram.Frontend)
    {
        var actors = Launch(environment, program);
        try
        {
            await actors.UntilReadyAsync();
            return actors;
        }
        catch
        {
            await actors.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, without waiting.</summary>
    public static ActorsProcess Launch(
        IReadOnlyDictionary<string, string>? environment = null, ActorsProgram program = ActorsProgram.Frontend)
    {
        if (!ChildProcess.IsSupported)
        {
            Machine.Lacks("Signals to a process need a POSIX system.");
        }

        var actors = new ActorsProcess(environment, program);
        actors.Launch();
        return actors;
    }

    /// <summary>Starts it again with the same data and port, after it was ended (or ends it first, by SIGKILL), and waits until it is ready.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        Launch();
        await UntilReadyAsync();
    }

    /// <summary>Waits until it is ready.</summary>
    public Task UntilReadyAsync()
    {
        var process = _process ?? throw new InvalidOperationException("It was ended.");
        return Waiting.UntilAsync(() => IsReadyAsync(process), StartDeadline, () => $"Not ready in time. Its output:\n{process.Output}");
    }

    /// <summary>Waits until it ends by itself. Returns its exit code.</summary>
    public Task<int> WaitForExitAsync() => (_process ?? throw new InvalidOperationException("It was ended.")).WaitForExitAsync();

    /// <summary>SIGKILL: it gets no chance to finish anything. Returns when it is gone.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>SIGTERM: it shuts down in order. Returns its exit code.</summary>
    public Task<int> TerminateAsync() => EndAsync("TERM");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Launch() => _process = ChildProcess.Start(
        ["dotnet", Path.Combine(AppContext.BaseDirectory, $"Actors.{_program}.dll"), "--urls", Url.ToString()], _folder, "KILL", _environment);

    private Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string>? settings)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("ACTORS_", StringComparison.Ordinal) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) ||
                string.Equals(name, "DATABASE_URL", StringComparison.Ordinal))
            {
                environment[name] = null;
            }
        }

        environment["ACTORS_DATA"] = DataFolder;
        foreach (var limit in NoLimits)
        {
            environment[limit] = "0";
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            environment[name] = value;
        }

        return environment;
    }

    private async Task<int> EndAsync(string signal)
    {
        if (_process is not { } process)
        {
            return 0;
        }

        if (!process.HasExited)
        {
            await process.SignalAsync(signal);
        }

        var exitCode = await process.WaitForExitAsync();
        _earlierOutput.Add(process.Output);
        _process = null;
        await process.DisposeAsync();
        return exitCode;
    }

    private async Task<bool> IsReadyAsync(ChildProcess process)
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"It ended at start. Its output:\n{process.Output}");
        }

        try
        {
            using var answer = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }
}
