using System.Globalization;

namespace Actors.Infrastructure;

/// <summary>The three programs of a throw-away Ceph: monitor, store (in memory), gateway; without accounts among themselves.</summary>
internal sealed class CephDaemons : IAsyncDisposable
{
    private static readonly TimeSpan StepDeadline = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<string?>> Missing = new(() => DebianPackages.EnsureAsync(
        "radosgw ceph-mon ceph-osd", "command -v radosgw && command -v radosgw-admin && command -v ceph && command -v ceph-mon && command -v ceph-osd && command -v monmaptool"));

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-ceph-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly string[] _monitorPorts = [Text(FreePort.Next()), Text(FreePort.Next())];
    private readonly string _cluster = Guid.CreateVersion7().ToString();
    private readonly List<ChildProcess> _running = [];

    public Uri Url => new($"http://127.0.0.1:{Text(_port)}");

    public string Output => string.Join('\n', _running.Select(p => p.Output));

    /// <summary>Null if this machine has the programs, or got them; else the reason why it cannot.</summary>
    public static Task<string?> WhyNotAsync() => Missing.Value;

    /// <summary>Makes the store and starts everything; the gateway answers a while later.</summary>
    public async Task StartAsync()
    {
        foreach (var folder in new[] { "mon", "osd", "run", "log" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "ceph.conf"), Configuration());
        var (monitor, store) = ($"[v2:127.0.0.1:{_monitorPorts[0]},v1:127.0.0.1:{_monitorPorts[1]}]", Guid.CreateVersion7().ToString());
        await RunAsync("monmaptool", "--create", "--fsid", _cluster, "--addv", "a", monitor, Path.Combine(_folder, "monmap"));
        await RunAsync("ceph-mon", "--mkfs", "-i", "a", "--monmap", Path.Combine(_folder, "monmap"));
        Launch("ceph-mon", "-f", "-i", "a");
        await RunAsync("ceph", "osd", "new", store, "0");
        await RunAsync("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store);
        await RunAsync("ceph", "osd", "crush", "add", "0", "1.0", "host=h", "root=default");
        Launch("ceph-osd", "-f", "-i", "0");
        await RunAsync("radosgw-admin", "user", "create", "--uid", "dev", "--display-name", "dev", "--access-key", CephGateway.AccessKey, "--secret", CephGateway.SecretKey);
        Launch("radosgw", "-f", "-n", "client.rgw");
    }

    public void ThrowIfEnded()
    {
        if (_running.Exists(p => p.HasExited))
        {
            throw new InvalidOperationException($"A program of Ceph ended:\n{Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_running))
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Launch(params string[] command) => _running.Add(ChildProcess.Start(command, _folder, "KILL", Variables()));

    private async Task RunAsync(params string[] command)
    {
        await using var process = ChildProcess.Start(command, _folder, "KILL", Variables());
        var exitCode = await process.WaitForExitAsync(StepDeadline);
        if (exitCode != 0)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"'{string.Join(' ', command)}' failed ({exitCode}):\n{process.Output}\n{Output}"));
        }
    }

    private Dictionary<string, string?> Variables() => new(StringComparer.Ordinal) { ["CEPH_CONF"] = Path.Combine(_folder, "ceph.conf") };

    // One of everything, in memory, quick to start: by default each change of a map waits a second. radosgw insists on a secure mode that needs
    // accounts, unless it is told otherwise.
    private string Configuration() => $"""
        [global]
        fsid = {_cluster}
        mon host = [v2:127.0.0.1:{_monitorPorts[0]},v1:127.0.0.1:{_monitorPorts[1]}]
        auth cluster required = none
        auth service required = none
        auth client required = none
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        ms bind port min = 14000
        ms bind port max = 14900
        run dir = {_folder}/run
        admin socket = {_folder}/run/$name.asok
        pid file =
        log file = {_folder}/log/$name.log
        crash dir = {_folder}/run
        osd pool default size = 1
        osd pool default min size = 1
        mon allow pool size one = true
        osd pool default pg num = 4
        osd pool default pgp num = 4
        osd pool default pg autoscale mode = off
        osd crush chooseleaf type = 0
        mon max pg per osd = 5000
        mon data avail crit = 1
        mon data avail warn = 2
        [mon]
        paxos propose interval = 0.02
        paxos min wait = 0.01
        mon data = {_folder}/mon
        mon cluster log file = {_folder}/log/cluster.log
        [osd]
        osd data = {_folder}/osd
        osd objectstore = memstore
        memstore device bytes = 2147483648
        osd memory target = 939524096
        osd class load list = *
        osd class default list = *
        osd client watch timeout = 3
        [client]
        ms mon client mode = crc
        rgw frontends = beast endpoint=127.0.0.1:{Text(_port)}
        rgw thread pool size = 16

        """;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
