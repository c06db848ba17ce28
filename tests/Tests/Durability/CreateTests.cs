using System.Net;
using Actors.Infrastructure;
using Actors.WorkOrders;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Actors.Durability;

/// <summary>Orders are made without looking first whether there is one: the store says so. On every store.</summary>
public abstract class CreateTests : HttpTests
{
    private IGrainFactory Grains => App.Services.GetRequiredService<IGrainFactory>();

    [Theory]
    [InlineData(null)]
    [InlineData("another key")]
    public async Task An_order_that_is_not_in_memory_is_not_made_again(string? key)
    {
        var user = await App.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await ForgetAsync(id);

        Caller.Current = new Caller { UserId = user.UserId };
        CommandKey.Current = key is null ? null : new CommandKey { Value = key, RequestHash = "hash" };
        var refused = await Assert.ThrowsAsync<AppException>(() => Grains.GetGrain<IWorkOrderGrain>(id).Create(
            new CreateWorkOrder { Title = "again", TargetQuantity = 1 }));

        Assert.Equal("WORK_ORDER_EXISTS", refused.Code);
        Assert.Equal("released", (await user.GetWorkOrderAsync(id)).GetProperty("status").GetString());
        (await user.ReportAsync(id, "cut", 1)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_repetition_that_finds_the_order_out_of_memory_is_answered_as_the_first_time()
    {
        var user = await App.RegisterAsync();
        var first = (await CreateAsync("cut")).Expect(HttpStatusCode.Created);
        var id = first.Data.GetProperty("id").GetString()!;
        (await user.MoveAsync(id, "released")).Expect(HttpStatusCode.OK);
        await ForgetAsync(id);

        Assert.Equal(first.Text, (await CreateAsync("cut")).Expect(HttpStatusCode.Created).Text);
        await ForgetAsync(id);
        (await CreateAsync("cut", "weld")).ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal("released", (await user.GetWorkOrderAsync(id)).GetProperty("status").GetString());

        Task<Answer> CreateAsync(params string[] steps) => user.SendAsync(
            HttpMethod.Post, "/api/v1/work-orders", ActorsClient.NewWorkOrder(steps), ("Idempotency-Key", "k"));
    }

    [Fact]
    public async Task Who_reads_while_an_order_is_made_sees_it_as_soon_as_it_is_there()
    {
        var user = await App.RegisterAsync();
        Caller.Current = new Caller { UserId = user.UserId };
        for (var i = 0; i < 40; i++)
        {
            var order = Grains.GetGrain<IWorkOrderGrain>(Ids.New(TimeProvider.System.GetUtcNow()));
            var create = CreateAsync(order);
            while (!create.IsCompleted)
            {
                await ReadAsync(order);
            }

            await create;

            Assert.Equal("made", (await order.Get()).Title);
        }
    }

    // The grain of an order that does not exist goes as soon as it has said so; who creates meanwhile may be turned away and comes again.
    private static async Task CreateAsync(IWorkOrderGrain order)
    {
        while (true)
        {
            try
            {
                await order.Create(new CreateWorkOrder { Title = "made", TargetQuantity = 1 });
                return;
            }
            catch (OrleansMessageRejectionException)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task ReadAsync(IWorkOrderGrain order)
    {
        try
        {
            Assert.Equal("made", (await order.Get()).Title);
        }
        catch (Exception early) when (early is AppException { Kind: ErrorKind.NotFound } or OrleansMessageRejectionException)
        {
            await Task.Yield();
        }
    }

    private async Task ForgetAsync(string id) => await Grains.GetGrain<IWorkOrderGrain>(id).AsReference<IGrainManagementExtension>().DeactivateOnIdle();
}

/// <inheritdoc/>
public sealed class CreateOnSqliteTests(SharedApps apps) : CreateTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc/>
public sealed class CreateOnPostgresTests(SharedApps apps, PostgresServer server) : CreateTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
