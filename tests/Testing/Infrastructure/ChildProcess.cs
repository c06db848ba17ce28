using System.Collections.Concurrent;
using System.Diagnostics;

namespace Actors.Infrastructure;

/// <summary>
/// A program that cannot outlive the test run: it runs below a small shell that holds a pipe to us. A signal's name on the
/// pipe is sent to the program; when the pipe breaks, because we are gone (even by SIGKILL), the shell ends the program and
/// removes its folder.
/// </summary>
/// <remarks>
/// PR_SET_PDEATHSIG is no choice: it fires when the *thread* that started the child ends, and pool threads end.
/// </remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int OutputLines = 10_000;

    // $1: signal that ends the program when we are gone; $2: folder to remove then; the rest: the program.
    // The watcher leaves a mark before it acts on a broken pipe, so that the folder of a program that ended by itself stays.
    private const string Supervisor = """
        last_signal=$1; folder=$2; shift 2
        trap '' INT
        exec 3<&0
        "$@" </dev/null 3<&- &
        program=$!
        ( while read -r signal; do kill -s "$signal" "$program"; done
          : >"$folder/.abandoned"
          kill -s "$last_signal" "$program" ) <&3 >/dev/null 2>&1 &
        watcher=$!
        exec 3<&-
        wait "$program"; code=$?
        kill "$watcher" 2>/dev/null
        if [ -e "$folder/.abandoned" ]; then rm -rf "$folder"; fi
        exit "$code"
        """;

    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _shell;
    private readonly string _name;

    private ChildProcess(Process shell, string name)
    {
        _shell = shell;
        _name = name;
    }

    /// <summary>Whether the program has ended.</summary>
    public bool HasExited => _shell.HasExited;

    /// <summary>The last lines of standard output and standard error.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Whether this machine has the shell that supervises programs.</summary>
    public static bool IsSupported => !OperatingSystem.IsWindows();

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Its working directory; removed if the test run dies.</param>
    /// <param name="lastSignal">The signal that ends it then, e.g. <c>KILL</c>.</param>
    /// <param name="environment">Variables to set, or to remove if null.</param>
    public static ChildProcess Start(
        IReadOnlyList<string> command, string folder, string lastSignal, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Supervisor, "supervisor", lastSignal, folder, .. command])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start }, command[0]);
        child._shell.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._shell.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child._shell.Start();
        child._shell.BeginOutputReadLine();
        child._shell.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end and returns its exit code and output.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, string folder)
    {
        await using var child = Start(command, folder, "KILL");
        await child._shell.WaitForExitAsync();
        return (child._shell.ExitCode, child.Output);
    }

    /// <summary>Sends a signal, e.g. <c>TERM</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        try
        {
            await _shell.StandardInput.WriteLineAsync(signal);
            await _shell.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // Nobody reads the pipe: the program ended first. The caller learns that by waiting for the end.
        }
    }

    /// <summary>Waits for the end and returns the exit code: 128 + n when signal n ended it.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? deadline = null)
    {
        using var end = new CancellationTokenSource(deadline ?? EndDeadline);
        try
        {
            await _shell.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"{_name} did not end in time. Its output:\n{Output}", late);
        }

        return _shell.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_shell.HasExited)
        {
            await SignalAsync("KILL");
            await WaitForExitAsync();
        }

        _shell.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > OutputLines)
        {
            _output.TryDequeue(out _);
        }
    }
}
