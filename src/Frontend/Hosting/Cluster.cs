using Actors.Infrastructure.Http;

namespace Actors.Hosting;

/// <summary>Gives the endpoints their grains: in this process, or in silos elsewhere.</summary>
internal static class Cluster
{
    /// <summary>Adds a silo or a client of silos, as <c>Cluster:Mode</c> says.</summary>
    public static WebApplicationBuilder AddCluster(this WebApplicationBuilder builder)
    {
        var cluster = ClusterClientOptions.Read(builder.Configuration);
        if (cluster.Mode == ClusterMode.Embedded)
        {
            builder.Services.AddSingleton(cluster);
            builder.AddEmbeddedSilo();
            builder.Services.AddSingleton<WrittenAnswers>();
            return builder;
        }

        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<IOutgoingGrainCallFilter, CallRetries>();
        return builder.AddClusterClient(cluster);
    }

    /// <summary>Refuses calls of the API until the first silo was found.</summary>
    public static WebApplication UseCluster(this WebApplication app)
    {
        if (app.Services.GetService<ClusterConnection>() is { } connection)
        {
            app.Use((context, next) => connection.IsStarted || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
                ? next(context)
                : Failures.Write(context, StatusCodes.Status503ServiceUnavailable, StatusErrors.Of(503)));
        }

        return app;
    }
}
