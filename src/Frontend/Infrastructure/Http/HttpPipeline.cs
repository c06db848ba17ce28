using System.Net;
using Actors.Hosting;
using Actors.Infrastructure.Json;
using Actors.Users;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Actors.Infrastructure.Http;

/// <summary>What every request passes through, in order.</summary>
internal static class HttpPipeline
{
    /// <summary>Adds what <see cref="UseHttpPipeline"/> needs.</summary>
    public static WebApplicationBuilder AddHttpPipeline(this WebApplicationBuilder builder)
    {
        builder.Services.AddWireJson();
        builder.Services.AddExceptionHandler<Failures>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        AddCors(builder);
        AddProxies(builder);
        return builder;
    }

    /// <summary>Puts the parts in order; endpoints come after them.</summary>
    public static WebApplication UseHttpPipeline(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseStandardHeaders();
        app.UseExceptionHandler(static _ => { });
        app.UseStatusCodePages(static status => WriteStatus(status.HttpContext));
        app.UseRouting();
        app.UseCors();
        app.Use(AnswerUnmatched);
        app.UseCluster();
        app.UseWebSockets();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAdmission();
        app.UseBodyRules();
        app.UseCallContext();
        return app;
    }

    private static Task WriteStatus(HttpContext context) =>
        Failures.Write(context, context.Response.StatusCode, StatusErrors.Of(context.Response.StatusCode));

    // No such route, or a route but another method: that is said without asking for a token.
    private static Task AnswerUnmatched(HttpContext context, RequestDelegate next)
    {
        switch (context.GetEndpoint())
        {
            case RouteEndpoint:
                return next(context);
            case { RequestDelegate: { } refuse }:
                return refuse(context);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private static void AddCors(WebApplicationBuilder builder)
    {
        var origins = builder.Configuration.GetSection("Cors:Origins").Get<string[]>() ?? [];
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .AllowAnyHeader()
            .AllowAnyMethod()
            .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, StandardHeaders.RequestId,
                "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")));
    }

    // Only proxies that are named are believed about who their client is.
    private static void AddProxies(WebApplicationBuilder builder)
    {
        var proxies = builder.Configuration.GetSection("ForwardedHeaders:KnownProxies").Get<string[]>() ?? [];
        var networks = builder.Configuration.GetSection("ForwardedHeaders:KnownNetworks").Get<string[]>() ?? [];
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = proxies.Length + networks.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in proxies)
            {
                options.KnownProxies.Add(IPAddress.TryParse(proxy, out var address) ? address : throw new OptionsValidationException(
                    "ForwardedHeaders", typeof(ForwardedHeadersOptions), [$"ForwardedHeaders:KnownProxies: '{proxy}' is no IP address."]));
            }

            foreach (var network in networks)
            {
                options.KnownIPNetworks.Add(System.Net.IPNetwork.TryParse(network, out var parsed) ? parsed : throw new OptionsValidationException(
                    "ForwardedHeaders", typeof(ForwardedHeadersOptions), [$"ForwardedHeaders:KnownNetworks: '{network}' is no network such as 10.0.0.0/8."]));
            }
        });
    }
}
