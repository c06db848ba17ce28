using Actors.Blobs;
using Actors.Generation;
using Actors.Models;
using Actors.Providers;
using Actors.Webhooks;
using Microsoft.Extensions.DependencyInjection;

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
        services.AddSingleton<IJobHandler, ImageHandler>();
        services.AddSingleton<IJobHandler, ModelHandler>();
        services.AddSingleton<IJobHandler, ImportHandler>();
        services.AddSingleton<IJobHandler, WebhookHandler>();
        return services.AddHostedService<JobWorkers>();
    }
}
