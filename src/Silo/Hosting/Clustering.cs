using System.Net;
using System.Net.Sockets;
using Npgsql;
using Orleans.Configuration;

namespace Actors.Hosting;

/// <summary>How silos and clients find one another, and how soon they notice that one is gone.</summary>
public static class Clustering
{
    private const string Npgsql = "Npgsql";

    private static readonly TimeSpan ClientsAreGoneAfter = TimeSpan.FromSeconds(1);

    /// <summary>A member of the cluster whose membership is kept in the given PostgreSQL database.</summary>
    internal static void UseCluster(this ISiloBuilder silo, NodeOptions node, string postgres)
    {
        var address = IPAddress.Parse(node.AdvertisedAddress);
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (node.Id, node.ServiceId));
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = address;
            endpoints.SiloPort = node.SiloPort == 0 ? FreePort(address) : node.SiloPort;
            endpoints.GatewayPort = node.GatewayPort == 0 ? FreePort(address) : node.GatewayPort;
            endpoints.SiloListeningEndpoint = new IPEndPoint(address, endpoints.SiloPort);
            endpoints.GatewayListeningEndpoint = new IPEndPoint(address, endpoints.GatewayPort);
        });
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = Npgsql;
            options.ConnectionString = MembershipConnection(postgres);
        });
        silo.Configure<ClusterMembershipOptions>(NoticeDeathSoon);
        // A client that has lost its connection to this silo is reached through others. Until it is dropped here, answers wait for it to come back.
        silo.Configure<SiloMessagingOptions>(messages => messages.ClientDropTimeout = ClientsAreGoneAfter);
        silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = node.GrainIdle);
    }

    /// <summary>A client that reads the addresses of the silos from the membership tables.</summary>
    public static void UseMembership(this IClientBuilder client, string postgres) => client.UseAdoNetClustering(options =>
    {
        options.Invariant = Npgsql;
        options.ConnectionString = MembershipConnection(postgres);
    });

    /// <summary>Several nodes may run on one machine; nobody needs to know the port.</summary>
    internal static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // A killed silo is dead to the others about three seconds later; until then calls to its grains fail or wait.
    private static void NoticeDeathSoon(ClusterMembershipOptions membership)
    {
        // A probe a second, and three missed ones make a suspicion. The time adapts to how fast answers usually come; a node that
        // is slow itself (collector, starved threads) waits longer before it blames others.
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
        membership.NumMissedProbesLimit = 3;

        // Two nodes must agree; of two silos the survivor decides alone (Orleans asks for no more votes than half the cluster).
        membership.NumVotesForDeathDeclaration = 2;

        // Gossip spreads changes at once; the table is read again in case gossip got lost.
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);

        // A starting silo must reach every member that gave a sign of life within 3 × 3 s. So after all nodes were killed at once
        // the next start waits nine seconds for the dead, not the minute and a half of the defaults.
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
        membership.NumMissedTableIAmAliveLimit = 3;

        // Pods come back under new addresses for ever: rows of the dead go after a day.
        membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
        membership.DefunctSiloCleanupPeriod = TimeSpan.FromHours(1);
    }

    // A pool of its own: signs of life must not wait behind queries.
    private static string MembershipConnection(string postgres)
    {
        var builder = new NpgsqlConnectionStringBuilder(postgres) { MaxPoolSize = 4, Timeout = 3, CommandTimeout = 5 };
        builder.ApplicationName ??= "actors-membership";
        return builder.ConnectionString;
    }
}
