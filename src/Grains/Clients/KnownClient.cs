using System.Data.Common;

namespace Actors.Clients;

/// <summary>A client as it was at most half a minute ago: the command line adds and removes clients without telling anybody.</summary>
internal sealed class KnownClient(string id, ServiceClients clients, TimeProvider time)
{
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(30);

    private ServiceClient? _client;
    private DateTimeOffset _readAt;

    /// <summary>The client, or null. While the store is away, as it was before: nobody can be removed then either.</summary>
    public async ValueTask<ServiceClient?> GetAsync()
    {
        if (time.GetUtcNow() - _readAt <= LongestAge)
        {
            return _client;
        }

        try
        {
            return await ReadAsync();
        }
        catch (DbException) when (_client is not null)
        {
            return _client;
        }
    }

    /// <summary>The client as it is now.</summary>
    public async Task<ServiceClient?> ReadAsync()
    {
        _client = await clients.FindAsync(id);
        _readAt = time.GetUtcNow();
        return _client;
    }
}
