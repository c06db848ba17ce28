using Actors.Blobs;
using Actors.Generation;
using Actors.Models;
using Actors.Providers;
using Actors.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Jobs;

/// <summary>Makes a process do jobs.</summary>
public static class WorkerHosting
{
    /// <summary>Adds a worker for each queue that there is a handler for.</summary>
    public static IServiceCollection AddWorkers(this IServiceCollection services)
    {
        services.AddOptions<WorkerOptions>().BindConfiguration("Workers").ValidateDataAnnotations()
            .Validate(o => o.Queues.TrueForAll(q => QueueNames.All.Contains(q, StringComparer.Ordinal)), $"Workers:Queues names a queue that is none of {string.Join(", ", QueueNames.All)}.")
            .ValidateOnStart();
        services.AddSingleton<WorkerFiles>();
        services.AddProviders();
        services.AddWebhooks();
        return services.AddWorker<ImageHandler>().AddWorker<ModelHandler>().AddWorker<ImportHandler>().AddWorker<WebhookHandler>();
    }

    private static IServiceCollection AddWorker<THandler>(this IServiceCollection services) where THandler : class, IJobHandler => services
        .AddSingleton<IHostedService>(p => ActivatorUtilities.CreateInstance<JobWorker>(p, ActivatorUtilities.CreateInstance<THandler>(p)));
}
