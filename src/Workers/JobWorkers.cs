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
        var served = handlers.Where(handler => options.Value.Serves(handler.Queue));
        await foreach (var ended in Task.WhenEach(served.Select(handler => new JobWorker(handler, grains, options, time, logger).RunAsync(stoppingToken))))
        {
            await ended; // one that fails for good must not go unseen until the others end
        }
    }
}
