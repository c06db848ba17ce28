using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using HealthReport = Microsoft.Extensions.Diagnostics.HealthChecks.HealthReport;

namespace Actors.Hosting;

/// <summary>One health check's outcome.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Status">healthy, degraded or unhealthy.</param>
internal sealed record CheckOutcome(string Name, string Status);

/// <summary>Whether the process may get requests.</summary>
/// <param name="Status">healthy, degraded or unhealthy.</param>
/// <param name="Checks">What it follows from.</param>
internal sealed record Readiness(string Status, ImmutableArray<CheckOutcome> Checks);

/// <summary>Health over HTTP. Alive says nothing about dependencies; ready means the cluster and the store answer.</summary>
internal static class Health
{
    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>.</summary>
    public static WebApplication MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => "alive").AllowAnonymous().ExcludeFromDescription();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = Write }).AllowAnonymous();
        return app;
    }

    private static Task Write(HttpContext context, HealthReport report)
    {
        var checks = report.Entries.Select(e => new CheckOutcome(e.Key, NameOf(e.Value.Status))).ToImmutableArray();
        if (report.Status != HealthStatus.Unhealthy)
        {
            var ready = new Readiness(NameOf(report.Status), checks);
            return context.Response.WriteAsJsonAsync(new Envelope<Readiness> { Data = ready }, context.RequestAborted);
        }

        var failed = checks.Where(c => string.Equals(c.Status, NameOf(HealthStatus.Unhealthy), StringComparison.Ordinal))
            .Select(c => new ErrorDetail(c.Name, "Is not healthy.")).ToImmutableArray();
        return Failures.Write(context, 503, new Error("NOT_READY", "Not ready for requests.", failed));
    }

    private static string NameOf(HealthStatus status) => WireName.Of(status);
}
