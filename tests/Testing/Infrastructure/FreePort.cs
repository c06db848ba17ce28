using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Actors.Infrastructure;

/// <summary>Ports on 127.0.0.1 for servers that a test starts.</summary>
public static class FreePort
{
    // Below the range that Linux (32768) and macOS (49152) take ports of outgoing connections from: nothing grabs the port
    // between our look and the server's start, nor while a server is down for a restart.
    private const int Lowest = 15_000;
    private const int Highest = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port that nobody listens on, never given twice in a test run.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if (Given.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
