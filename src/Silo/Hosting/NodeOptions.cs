using System.Net;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>What makes this process a node of a cluster. Section <c>Cluster</c> of the configuration.</summary>
public sealed class NodeOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Cluster";

    /// <summary>Default of <see cref="Id"/> and <see cref="ServiceId"/>.</summary>
    public const string DefaultName = "actors";

    /// <summary>Default of <see cref="GatewayPort"/>.</summary>
    public const int DefaultGatewayPort = 30_000;

    /// <summary>Nodes and clients with the same id, over the same database, are one cluster. Default <c>actors</c>.</summary>
    public string Id { get; set; } = DefaultName;

    /// <summary>Name of the system, the same for every cluster that ever serves its data. Default <c>actors</c>.</summary>
    public string ServiceId { get; set; } = DefaultName;

    /// <summary>Where other silos connect. Default 11111; 0 takes a free port.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>Where frontends connect. Default 30000; 0 takes a free port, which only <c>Cluster:Membership</c> tells them.</summary>
    public int GatewayPort { get; set; } = DefaultGatewayPort;

    /// <summary>
    /// The IP address at which other nodes reach this one; it listens there and nowhere else. Default 127.0.0.1: all nodes on
    /// one machine. On Kubernetes the pod's address.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>How long an unused grain stays in memory. Default 15 min, at least 2 min; it costs about 8 KB.</summary>
    public TimeSpan GrainIdle { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="OptionsValidationException">A setting is bad; the message is one sentence that names it.</exception>
    public static NodeOptions Read(IConfiguration configuration)
    {
        var options = new NodeOptions();
        configuration.GetSection(Section).Bind(options);
        Check(!string.IsNullOrWhiteSpace(options.Id) && options.Id.Length <= 150, nameof(Id), "1 to 150 characters");
        Check(!string.IsNullOrWhiteSpace(options.ServiceId) && options.ServiceId.Length <= 150, nameof(ServiceId), "1 to 150 characters");
        Check(options.SiloPort is >= 0 and <= 65_535, nameof(SiloPort), "between 0 and 65535");
        Check(options.GatewayPort is >= 0 and <= 65_535, nameof(GatewayPort), "between 0 and 65535");
        Check(options.SiloPort == 0 || options.SiloPort != options.GatewayPort, nameof(SiloPort), "another port than Cluster:GatewayPort");
        Check(
            IPAddress.TryParse(options.AdvertisedAddress, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any),
            nameof(AdvertisedAddress),
            "the IP address at which other nodes reach this one");
        Check(options.GrainIdle >= TimeSpan.FromMinutes(2), nameof(GrainIdle), "2 min or longer");
        return options;
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new OptionsValidationException(nameof(NodeOptions), typeof(NodeOptions), [$"{Section}:{setting} must be {rule}."]);
        }
    }
}
