using System.Globalization;
using Npgsql;

namespace Actors.Infrastructure;

/// <summary>A throw-away server below this test run, from binaries of this machine.</summary>
internal sealed class LocalPostgres : IPostgresInstance
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly string _binaries;
    private readonly string _folder;
    private readonly bool _durable;
    private readonly int _port = FreePort.Next();
    private ChildProcess? _server;

    private LocalPostgres(string binaries, string folder, bool durable)
    {
        _binaries = binaries;
        _folder = folder;
        _durable = durable;
        ConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = _port,
            Username = "postgres",
            Database = "postgres",
            IncludeErrorDetail = true,
        }.ConnectionString;
    }

    public string ConnectionString { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a cluster and starts it.</summary>
    public static async Task<LocalPostgres> CreateAsync(string binaries, bool durable)
    {
        var folder = Directory.CreateTempSubdirectory("actors-postgres-").FullName;
        var instance = new LocalPostgres(binaries, folder, durable);
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync(["chown", $"{ServerUser()}:", folder], folder);
            }

            await RunAsync(
                instance.AsServerUser(
                    "initdb", "-D", instance.Data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
                folder);
            await instance.StartAsync();
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync()
    {
        if (_server is { HasExited: false })
        {
            throw new InvalidOperationException("The server runs already.");
        }

        // The signal for the case that the test run dies is QUIT: the immediate shutdown, as in StopAsync.
        var server = ChildProcess.Start(AsServerUser(["postgres", "-D", Data, .. Settings()]), _folder, "QUIT");
        _server = server;
        await Waiting.UntilAsync(
            () => AnswersAsync(server), StartDeadline, () => $"PostgreSQL did not answer in time. Its output:\n{server.Output}");
    }

    public Task StopAsync() => EndAsync("QUIT");

    public Task KillAsync() => EndAsync("KILL");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndAsync(string signal)
    {
        if (_server is { } server)
        {
            await server.SignalAsync(signal);
            // The end of its output, too: orphans of a killed server hold it, and the memory that the next start must have.
            await server.WaitForExitAsync();
            await server.DisposeAsync();
            _server = null;
        }
    }

    private async Task<bool> AnswersAsync(ChildProcess server)
    {
        if (server.HasExited)
        {
            throw new InvalidOperationException($"PostgreSQL ended at start. Its output:\n{server.Output}");
        }

        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private IEnumerable<string> Settings()
    {
        string[] settings =
        [
            string.Create(CultureInfo.InvariantCulture, $"port={_port}"),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=64MB",
            "timezone=UTC",
            .. _durable ? Array.Empty<string>() : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        ];
        return settings.SelectMany(s => new[] { "-c", s });
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private string[] AsServerUser(params ReadOnlySpan<string> command)
    {
        var program = Path.Combine(_binaries, command[0]);
        return Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={ServerUser()}", $"--regid={ServerUser()}", "--init-groups", program, .. command[1..]]
            : [program, .. command[1..]];
    }

    private static string ServerUser() =>
        File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static async Task RunAsync(string[] command, string folder)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(command, folder);
        if (exitCode != 0)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"'{string.Join(' ', command)}' failed ({exitCode}):\n{output}"));
        }
    }
}
