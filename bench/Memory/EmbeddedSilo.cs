using Actors.Hosting;
using Actors.Users;
using Actors.WorkOrders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Bench;

/// <summary>A silo in this process over a SQLite file, and calls to its grains.</summary>
internal sealed class EmbeddedSilo : IAsyncDisposable
{
    private const int Steps = 6;

    private readonly IHost _host;
    private readonly IGrainFactory _grains;

    private EmbeddedSilo(IHost host)
    {
        _host = host;
        _grains = host.Services.GetRequiredService<IGrainFactory>();
    }

    public static async Task<EmbeddedSilo> StartAsync(string folder)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ACTORS_DATA", folder), new("DATABASE_URL", "")]);
        builder.Logging.ClearProviders();
        builder.AddEmbeddedSilo();
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    /// <summary>The user who owns the orders.</summary>
    public async Task RegisterAsync(Caller owner)
    {
        Caller.Current = owner;
        await _grains.GetGrain<IUserGrain>(owner.UserId).Register(
            new RegisterUser { Email = "owner@example.org", Password = "correct horse battery" });
    }

    /// <summary>Creates orders, some at a time; their grains stay active.</summary>
    public Task CreateOrdersAsync(Caller owner, int from, int count) => Parallel.ForAsync(from, from + count, async (number, _) =>
    {
        Caller.Current = owner;
        await _grains.GetGrain<IWorkOrderGrain>($"order-{number}").Create(new CreateWorkOrder
        {
            Title = $"齿轮箱 Gearbox housing {number}",
            Priority = WorkOrderPriority.High,
            TargetQuantity = 100,
            TargetFactoryId = "factory-7",
            Steps =
            [
                .. Enumerable.Range(1, Steps).Select(step => new NewStep
                {
                    StepCode = $"step-{step}", StepName = $"切割 Cutting {step}", ExpectedQuantity = 100, AssigneeId = owner.UserId,
                }),
            ],
        });
    });

    /// <summary>How many grains of orders are active.</summary>
    public async Task<int> CountActiveAsync() =>
        (await _grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics())
            .Where(s => s.GrainType.Contains("WorkOrderGrain", StringComparison.Ordinal)).Sum(s => s.ActivationCount);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
