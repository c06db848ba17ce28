using OpenTelemetry.Metrics;

namespace Actors.Hosting;

/// <summary>What the process tells about itself.</summary>
public static class Telemetry
{
    // Counted several times in each request, and told already by the durations of requests and grain calls.
    private static readonly string[] TooOften =
    [
        "orleans-messaging-processing-ima-",
        "orleans-messaging-processing-dispatcher-received",
        "orleans-messaging-processing-dispatcher-processed",
        "orleans-messaging-sent-",
        "orleans-messaging-received-",
        "orleans-directory-lookups-",
        "aspnetcore.authentication.authenticate.duration",
        "aspnetcore.routing.match_attempts",
    ];

    /// <summary>Gathers metrics for Prometheus.</summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Microsoft.Orleans", "Actors.*")
            .AddAspNetCoreInstrumentation()
            .AddRuntimeInstrumentation()
            .AddView(instrument => Array.Exists(TooOften, start => instrument.Name.StartsWith(start, StringComparison.Ordinal)) ? MetricStreamConfiguration.Drop : null)
            .AddPrometheusExporter());
        return builder;
    }

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static WebApplication MapTelemetry(this WebApplication app)
    {
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
        return app;
    }
}
