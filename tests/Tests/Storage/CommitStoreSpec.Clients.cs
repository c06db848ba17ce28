using Actors.Clients;
using Microsoft.Extensions.Time.Testing;

namespace Actors.Storage;

public abstract partial class CommitStoreSpec
{
    [Fact]
    public async Task A_service_that_was_removed_or_added_again_is_known_to_be_within_half_a_minute()
    {
        var time = new FakeTimeProvider(Order.Noon);
        var clients = new ServiceClients(Database, Store, time);
        var known = new KnownClient("reporting", clients, time);
        Assert.Null(await known.GetAsync());
        await clients.AddAsync("reporting");
        time.Advance(TimeSpan.FromSeconds(31));
        var first = await known.GetAsync();

        Assert.True(await clients.RemoveAsync("reporting"));
        Assert.Same(first, await known.GetAsync());
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await known.GetAsync());

        var secret = await clients.AddAsync("reporting");
        var again = (await known.ReadAsync())!;
        Assert.NotEqual(first!.CreatedAt, again.CreatedAt);
        Assert.True(ServiceClients.Proves(secret!, again));
        Assert.False(ServiceClients.Proves(secret!, first));
    }
}
