using System.Globalization;
using Actors.Infrastructure;

namespace Actors.Cluster;

/// <summary>The system as several processes over one database: silos and frontends, which a test starts and ends one by one.</summary>
public sealed class ActorsCluster(string database, params (string Name, string Value)[] siloSettings) : IAsyncDisposable
{
    private readonly List<ActorsProcess> _processes = [];

    // The gateways are known before any silo is there, as they are on Kubernetes by the name of a service.
    private readonly int[] _gatewayPorts = [FreePort.Next(), FreePort.Next(), FreePort.Next()];
    private int _silos;

    /// <summary>Starts silos and frontends at once and waits until all are ready.</summary>
    public static async Task<ActorsCluster> StartAsync(string database, int silos, int frontends)
    {
        var cluster = new ActorsCluster(database);
        try
        {
            var processes = Enumerable.Range(0, silos).Select(_ => cluster.LaunchSilo())
                .Concat(Enumerable.Range(0, frontends).Select(_ => cluster.LaunchFrontend())).ToList();
            await Task.WhenAll(processes.Select(p => p.UntilReadyAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The silos, in the order of their start.</summary>
    public List<ActorsProcess> Silos { get; } = [];

    /// <summary>The frontends, in the order of their start.</summary>
    public List<ActorsProcess> Frontends { get; } = [];

    /// <summary>Starts a silo without waiting for it.</summary>
    public ActorsProcess LaunchSilo() => Add(Silos, ActorsProgram.Silo, new(siloSettings.Select(s => KeyValuePair.Create(s.Name, s.Value)), StringComparer.Ordinal)
    {
        ["DATABASE_URL"] = database,
        ["Cluster__SiloPort"] = "0",
        ["Cluster__GatewayPort"] = _gatewayPorts[_silos++].ToString(CultureInfo.InvariantCulture),
        ["Passwords__BcryptCost"] = "4",
        ["ACTORS_MASTER_KEY"] = "one key of all the silos of the cluster",
    });

    /// <summary>Starts a frontend without waiting for it: by default one that knows the gateways and has no database.</summary>
    public ActorsProcess LaunchFrontend(string? membership = null)
    {
        var settings = membership is null ? Gateways() : new(StringComparer.Ordinal) { ["Cluster__Membership"] = membership };
        settings["Cluster__Mode"] = "client";
        return Add(Frontends, ActorsProgram.Frontend, settings);
    }

    /// <summary>Starts a worker without waiting for it.</summary>
    public ActorsProcess LaunchWorker(params (string Name, string Value)[] workerSettings)
    {
        var settings = Gateways();
        foreach (var (name, value) in workerSettings)
        {
            settings[name] = value;
        }

        return Add([], ActorsProgram.Worker, settings);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }
    }

    private Dictionary<string, string> Gateways() => _gatewayPorts.Index().ToDictionary(
        gateway => $"Cluster__Gateways__{gateway.Index}", gateway => $"localhost:{gateway.Item}", StringComparer.Ordinal);

    private ActorsProcess Add(List<ActorsProcess> processes, ActorsProgram program, Dictionary<string, string> settings)
    {
        var process = ActorsProcess.Launch(settings, program);
        _processes.Add(process);
        processes.Add(process);
        return process;
    }
}
