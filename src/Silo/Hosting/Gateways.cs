using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Actors.Hosting;

/// <summary>A place where silos take clients, e.g. <c>10.0.0.7:30000</c>, <c>[::1]:30000</c> or <c>silos.prod.svc:30000</c>.</summary>
internal readonly record struct Gateway(string Host, int Port)
{
    public static bool TryParse(string text, out Gateway gateway)
    {
        var colon = text.LastIndexOf(':');
        gateway = default;
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            return false;
        }

        gateway = new(text[..colon].Trim('[', ']'), port);
        return Uri.CheckHostName(gateway.Host) != UriHostNameType.Unknown;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}

/// <summary>
/// The gateways that are configured, looked up in DNS at every refresh: each address of a name is a gateway. A silo that comes or
/// goes is seen as soon as DNS says so; one that is dead and still named is passed over by Orleans, which cannot connect to it.
/// </summary>
internal sealed partial class GatewaysByName(
    ClusterClientOptions cluster, IOptions<GatewayOptions> refresh, ILogger<GatewaysByName> logger) : IGatewayListProvider
{
    private readonly Gateway[] _gateways = [.. cluster.Gateways.Select(text => Gateway.TryParse(text, out var gateway) ? gateway : default)];

    public TimeSpan MaxStaleness => refresh.Value.GatewayListRefreshPeriod;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        var found = await Task.WhenAll(_gateways.Select(LookUpAsync));
        return [.. found.SelectMany(endpoints => endpoints).Distinct().Select(GatewayUri)];
    }

    private async Task<IEnumerable<IPEndPoint>> LookUpAsync(Gateway gateway)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(gateway.Host)).Select(address => new IPEndPoint(address, gateway.Port));
        }
        catch (SocketException failure)
        {
            // A headless service without a ready silo has no address.
            LogUnknown(gateway, failure.SocketErrorCode);
            return [];
        }
    }

    // Generation 0: whichever incarnation of the silo is there.
    private static Uri GatewayUri(IPEndPoint endpoint) => SiloAddress.New(endpoint, 0).ToGatewayUri();

    [LoggerMessage(LogLevel.Information, "No address of gateway {Gateway}: {Error}")]
    private partial void LogUnknown(Gateway gateway, SocketError error);
}
