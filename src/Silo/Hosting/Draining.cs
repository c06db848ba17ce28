using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Actors.Hosting;

/// <summary>How the process stops.</summary>
public sealed class ShutdownOptions
{
    /// <summary>
    /// How long requests are still taken after readiness has dropped, so that balancers notice; 1 s by default, in a cluster
    /// at least twice the period of its readiness probe.
    /// </summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long requests under way may take after that; 20 s by default.</summary>
    public TimeSpan Finish { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>Stops in order: readiness drops, balancers look elsewhere, requests under way finish, then the process ends.</summary>
public static class Draining
{
    /// <summary>Adds orderly shutdown and the readiness check that goes with it.</summary>
    public static WebApplicationBuilder AddDraining(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ShutdownOptions>()
            .Bind(builder.Configuration.GetSection("Shutdown"))
            .Validate(o => o.Drain >= TimeSpan.Zero && o.Finish > TimeSpan.Zero, "Shutdown:Drain and Shutdown:Finish must not be negative.")
            .ValidateOnStart();
        builder.Services.AddOptions<HostOptions>()
            .Configure<IOptions<ShutdownOptions>>((host, own) => host.ShutdownTimeout = own.Value.Drain + own.Value.Finish);
        builder.Services.AddHostedService<DrainDelay>();
        builder.Services.AddHealthChecks().AddCheck<NotDraining>("not-draining");
        return builder;
    }
}

/// <summary>Unhealthy from the moment that the process is asked to stop.</summary>
internal sealed class NotDraining(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("stopping")
            : HealthCheckResult.Healthy());
}

/// <summary>Holds the other parts' stop back for a while: the host calls this before it stops any of them.</summary>
internal sealed class DrainDelay(IOptions<ShutdownOptions> options, TimeProvider time) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        Task.Delay(options.Value.Drain, time, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
