using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Jobs;

/// <summary>The workers of this process, one for each handler whose queue it serves. They stop together, not one after another.</summary>
internal sealed class JobWorkers(
    IEnumerable<IJobHandler> handlers, IGrainFactory grains, IOptions<WorkerOptions> options, TimeProvider time, ILogger<JobWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var workers = handlers.Where(handler => options.Value.Serves(handler.Queue))
            .Select(handler => new JobWorker(handler, grains, options, time, logger).RunAsync(stop.Token)).ToList();
        await foreach (var _ in Task.WhenEach(workers))
        {
            await stop.CancelAsync(); // a worker ends by a stop, or fails for good: then the others end too, and are waited for
        }

        await Task.WhenAll(workers);
    }
}
