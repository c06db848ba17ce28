using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Actors.Hosting;

/// <summary>Healthy while at least one silo is connected, for a process apart from the silos.</summary>
public sealed class ClusterConnection(IHostApplicationLifetime lifetime) : IClusterConnectionStatusObserver, IHealthCheck
{
    private int _gateways;

    /// <summary>Whether the client has found a silo since the start: before that there is nobody to call, and nothing to wait for.</summary>
    public bool IsStarted => lifetime.ApplicationStarted.IsCancellationRequested;

    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered) =>
        Volatile.Write(ref _gateways, currentNumberOfGateways);

    public void NotifyClusterConnectionLost() => Volatile.Write(ref _gateways, 0);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsStarted && Volatile.Read(ref _gateways) > 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("No silo is connected."));
}
