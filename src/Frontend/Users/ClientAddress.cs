using System.Net;
using System.Net.Sockets;

namespace Actors.Users;

/// <summary>Where a request comes from: the address of the connection, or what a configured proxy says of it.</summary>
internal static class ClientAddress
{
    /// <summary>The address; of IPv6 the /64 network, which is one household's or machine's to choose from. Null if it is not known.</summary>
    public static string? Of(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => $"{Network(address)}/64",
        var address => address.ToString(),
    };

    /// <summary>What the request comes from.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">As the user calls it.</param>
    public static Device DeviceOf(HttpContext context, string? name = null)
    {
        var agent = string.Concat(context.Request.Headers.UserAgent.ToString().Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(SessionLimits.UserAgent));
        return new Device(name, string.IsNullOrWhiteSpace(agent) ? null : agent, Of(context));
    }

    private static IPAddress Network(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
