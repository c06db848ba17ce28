using System.Net;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>Where the grains are.</summary>
public enum ClusterMode
{
    /// <summary>In this process, which is the whole system.</summary>
    Embedded = 0,

    /// <summary>In silos, which this process is a client of.</summary>
    Client = 1,
}

/// <summary>How a frontend or a worker reaches the grains. Section <c>Cluster</c> of the configuration.</summary>
public sealed class ClusterClientOptions
{
    /// <summary>Of a frontend: <c>embedded</c> (default) or <c>client</c>. A worker is always a client.</summary>
    public ClusterMode Mode { get; set; } = ClusterMode.Embedded;

    /// <summary>As the silos have it. Default <c>actors</c>.</summary>
    public string Id { get; set; } = NodeOptions.DefaultName;

    /// <summary>As the silos have it. Default <c>actors</c>.</summary>
    public string ServiceId { get; set; } = NodeOptions.DefaultName;

    /// <summary>
    /// Gateways as <c>host:port</c>. A name may have many addresses, and is looked up again and again: a headless service of
    /// Kubernetes names every silo. Default <c>127.0.0.1:30000</c>, if <see cref="Membership"/> is not set either.
    /// </summary>
    public List<string> Gateways { get; } = [];

    /// <summary>
    /// Instead of <see cref="Gateways"/>: the PostgreSQL database with the membership tables, for a role that may only read them.
    /// </summary>
    public string? Membership { get; set; }

    /// <summary>
    /// How long a call may take, long polls with a limit of their own aside. Default 5 s, at least 1 s: a call whose silo was killed
    /// is noticed after this time, and only then tried again.
    /// </summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Of a frontend: for how long a call that may be repeated is tried again while silos do not answer. Default 10 s; 0: never.</summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="OptionsValidationException">A setting is bad; the message is one sentence that names it.</exception>
    public static ClusterClientOptions Read(IConfiguration configuration)
    {
        var options = new ClusterClientOptions();
        configuration.GetSection(NodeOptions.Section).Bind(options);
        foreach (var gateway in options.Gateways)
        {
            Check(Gateway.TryParse(gateway, out _), $"Cluster:Gateways: '{gateway}' is no host:port.");
        }

        Check(options.Membership is null || options.Gateways.Count == 0, "Cluster:Gateways and Cluster:Membership exclude each other.");
        Check(options.ResponseTimeout >= TimeSpan.FromSeconds(1), "Cluster:ResponseTimeout must be 1 s or longer.");
        Check(options.RetryFor >= TimeSpan.Zero && options.RetryFor <= TimeSpan.FromMinutes(1), "Cluster:RetryFor must be between 0 and 1 min.");
        if (options is { Membership: null, Gateways.Count: 0 })
        {
            options.Gateways.Add(new Gateway(IPAddress.Loopback.ToString(), NodeOptions.DefaultGatewayPort).ToString());
        }

        return options;
    }

    private static void Check(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new OptionsValidationException(nameof(ClusterClientOptions), typeof(ClusterClientOptions), [sentence]);
        }
    }
}
