using System.Security.Cryptography;
using Actors.Infrastructure.Http;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>Sign-in by an account at another system.</summary>
internal static class OAuthEndpoints
{
    private const string Cookie = "actors_oauth";
    private const int MaxCode = 2_000;

    /// <summary>Adds the providers that have a client id.</summary>
    public static IServiceCollection AddOAuth(this IServiceCollection services, IConfiguration configuration)
    {
        var options = OAuthOptions.Read(configuration);
        services.AddSingleton(options);
        services.AddSingleton(_ => new ProviderClient(new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = 1024 * 1024,
        }));
        if (!string.IsNullOrEmpty(options.Google.ClientId))
        {
            services.AddSingleton<ISignInProvider>(p => new OpenIdProvider(
                options.Google, p.GetRequiredService<ProviderClient>(), p.GetRequiredService<TimeProvider>()));
        }

        if (!string.IsNullOrEmpty(options.GitHub.ClientId))
        {
            services.AddSingleton<ISignInProvider>(p => new GitHubProvider(options.GitHub, p.GetRequiredService<ProviderClient>()));
        }

        services.AddSingleton<OAuthFlow>();
        return services;
    }

    /// <summary>Maps <c>/auth/oauth</c>.</summary>
    public static void MapOAuth(this RouteGroupBuilder auth)
    {
        auth.MapGet("/oauth/{provider}", Begin).AllowAnonymous()
            .Describe("beginOAuth", "Send a browser to google or github; it comes back to returnUrl with the token in the fragment");
        auth.MapGet("/oauth/{provider}/callback", Return).AllowAnonymous()
            .Describe("returnFromOAuth", "Where the provider sends the browser back to");
    }

    private static async Task<Redirected> Begin(string provider, string? returnUrl, HttpContext context, OAuthFlow oauth)
    {
        var browser = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        var url = await oauth.BeginAsync(provider, returnUrl, browser, context);
        context.Response.Cookies.Append(Cookie, browser, Settings(context));
        return new Redirected(url);
    }

    private static async Task<Redirected> Return(string provider, string? state, string? code, string? error, HttpContext context, OAuthFlow oauth)
    {
        if (code?.Length > MaxCode)
        {
            throw Errors.Invalid("code", $"Must be at most {MaxCode} characters.");
        }

        var browser = context.Request.Cookies[Cookie];
        context.Response.Cookies.Delete(Cookie, Settings(context));
        return new Redirected(await oauth.ReturnAsync(provider, state ?? "", browser ?? "", error is null ? code : null, context));
    }

    // Lax: the browser comes back from another site, by a GET at the top.
    private static CookieOptions Settings(HttpContext context) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/api",
        MaxAge = SignInFlow.Lifetime,
    };
}
