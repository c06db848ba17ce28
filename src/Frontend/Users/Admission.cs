using System.Globalization;
using Actors.Clients;
using Actors.Hosting;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Authorization;

namespace Actors.Users;

/// <summary>The limit that an anonymous route has for itself.</summary>
/// <param name="Purpose">Which.</param>
internal sealed record RateLimited(RatePurpose Purpose);

/// <summary>Says that services may use the route too; every other one is for users.</summary>
internal sealed record OpenToServices;

/// <summary>Says that an anonymous route tells users more than nobody.</summary>
internal sealed record WelcomesUsers;

/// <summary>
/// Lets requests in: one call to the user's grain says whether the session holds, who the user is now, and whether he is within his limit.
/// If he has no limit, reads go by what the grain said up to a quarter of a second ago; commands always ask. Without a token, routes of the API
/// are limited by address and purpose.
/// </summary>
internal static class Admissions
{
    private const string Unknown = "unknown";
    private const int TriesInOneProcess = 3;

    // A session that ends must end everywhere within a second.
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMilliseconds(250);

    /// <summary>Checks the session and the limit, and sets the caller.</summary>
    public static IApplicationBuilder UseAdmission(this IApplicationBuilder app)
    {
        var grains = app.ApplicationServices.GetRequiredService<IGrainFactory>();
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        var isAlone = app.ApplicationServices.GetRequiredService<ClusterClientOptions>().Mode == ClusterMode.Embedded;
        var tries = isAlone ? TriesInOneProcess : 1; // apart from the silos, CallRetries tries again
        return app.Use(async (context, next) =>
        {
            Caller.Current = context.Request.Path.StartsWithSegments(Api.Unversioned, StringComparison.OrdinalIgnoreCase)
                ? await AdmitAsync(context, grains, time, tries)
                : null;
            await next(context);
        });
    }

    /// <summary>Gives an anonymous route a limit of its own.</summary>
    public static RouteHandlerBuilder Limit(this RouteHandlerBuilder endpoint, RatePurpose purpose) => endpoint.WithMetadata(new RateLimited(purpose));

    /// <summary>Lets services in, too; what they may do there, their permissions say.</summary>
    public static T AllowServices<T>(this T endpoints) where T : IEndpointConventionBuilder => endpoints.WithMetadata(new OpenToServices());

    /// <summary>On an anonymous route: who comes with a token is the user all the same, with a user's limit; the token must hold.</summary>
    public static RouteHandlerBuilder WelcomeUsers(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new WelcomesUsers());

    private static async ValueTask<Caller?> AdmitAsync(HttpContext context, IGrainFactory grains, TimeProvider time, int tries)
    {
        if (SignedUrl.Leads(context))
        {
            return null;
        }

        var metadata = context.GetEndpoint()?.Metadata;
        var hasToken = context.Request.Headers.Authorization.Count > 0;
        if (metadata?.GetMetadata<IAllowAnonymous>() is not null && !(hasToken && metadata.GetMetadata<WelcomesUsers>() is not null))
        {
            var purpose = metadata.GetMetadata<RateLimited>()?.Purpose ?? RatePurpose.Anonymous;
            Apply(context, await grains.GetGrain<IRateGrain>(RateGrains.Key(purpose, ClientAddress.Of(context) ?? Unknown)).Take());
            return null;
        }

        var identity = context.User.Identity as CallerIdentity ?? throw Authentication.InvalidToken();
        if (identity.ClientId is not null && metadata?.GetMetadata<OpenToServices>() is null)
        {
            throw Errors.Forbidden("This route is for users.");
        }

        if (HttpMethods.IsGet(context.Request.Method) && identity.Admission is { } known && known.Until > time.GetUtcNow())
        {
            return known.Caller;
        }

        identity.Admission = null; // a command may end the session
        var until = time.GetUtcNow() + RememberedFor;
        var admission = await AskAsync(grains, identity, tries);
        Apply(context, admission.Rate);
        var caller = admission.Caller ?? throw Authentication.InvalidToken();
        if (admission.Rate.Limit == 0 && HttpMethods.IsGet(context.Request.Method))
        {
            identity.Admission = new(caller, until);
        }

        return caller;
    }

    // Whatever the request is, this may be asked again: at worst it counts twice.
    private static async Task<Admission> AskAsync(IGrainFactory grains, CallerIdentity identity, int tries)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await (identity.ClientId is null
                    ? grains.GetGrain<IUserGrain>(identity.UserId).Admit(identity.SessionId)
                    : grains.GetGrain<IServiceClientGrain>(identity.ClientId).Admit(identity.SessionId));
            }
            catch (TimeoutException) when (attempt < tries)
            {
                // The process is busy beyond measure.
            }
        }
    }

    private static void Apply(HttpContext context, RateDecision rate)
    {
        if (rate.Limit > 0)
        {
            // At the end: the headers of a refusal are cleared before it is written.
            context.Response.OnStarting(static state =>
            {
                var (response, told) = ((HttpResponse, RateDecision))state;
                response.Headers["RateLimit-Limit"] = told.Limit.ToString(CultureInfo.InvariantCulture);
                response.Headers["RateLimit-Remaining"] = told.Remaining.ToString(CultureInfo.InvariantCulture);
                response.Headers["RateLimit-Reset"] = told.ResetSeconds.ToString(CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            }, (context.Response, rate));
        }

        if (!rate.IsAllowed)
        {
            throw rate.Refusal();
        }
    }
}
