using Actors.Hosting;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>Who is calling: bearer tokens that this system issued.</summary>
internal static class Authentication
{
    private const string SocketBearer = "bearer.";

    /// <summary>Adds token checks; every route that does not say otherwise wants a token.</summary>
    public static WebApplicationBuilder AddUsers(this WebApplicationBuilder builder)
    {
        var isAlone = FrontendClusterOptions.Read(builder.Configuration).Mode == ClusterMode.Embedded;
        var secret = JwtSecret.Find(builder.Configuration, isAlone ? DataDirectory.Of(builder.Configuration) : null);
        builder.Services.AddOptions<JwtOptions>()
            .Bind(builder.Configuration.GetSection("Jwt"))
            .Configure(options => options.Secret = secret)
            .Validate(options => options.Lifetime > TimeSpan.Zero, "Jwt:Lifetime must be longer than zero.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Tokens>();
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddSingleton<PasswordGate>();
        builder.Services.AddOAuth(builder.Configuration);
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new NoKeysOnDisk());
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<JwtOptions>, TimeProvider>(Configure);
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return builder;
    }

    /// <summary>When a token holds: signed by us with HS256, and now is within its time.</summary>
    public static TokenValidationParameters Rules(string secret, TimeProvider time) => new()
    {
        IssuerSigningKey = Tokens.KeyOf(secret),
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        ValidateIssuer = false,
        ValidateAudience = false,
        ClockSkew = TimeSpan.Zero,
        LifetimeValidator = (from, until, _, _) =>
            until > time.GetUtcNow().UtcDateTime && (from is null || from <= time.GetUtcNow().UtcDateTime),
    };

    private static void Configure(JwtBearerOptions options, IOptions<JwtOptions> jwt, TimeProvider time)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(new CachingTokenHandler(time));
        options.TokenValidationParameters = Rules(jwt.Value.Secret, time);
        options.Events = new JwtBearerEvents { OnMessageReceived = FindSocketToken, OnChallenge = Refuse };
    }

    // Browsers cannot set headers on a WebSocket, but name protocols: "actors.v1" and "bearer.<token>".
    private static Task FindSocketToken(MessageReceivedContext context)
    {
        if (context.HttpContext.WebSockets.IsWebSocketRequest && context.Request.Headers.Authorization.Count == 0)
        {
            context.Token = context.HttpContext.WebSockets.WebSocketRequestedProtocols
                .FirstOrDefault(p => p.StartsWith(SocketBearer, StringComparison.Ordinal))?[SocketBearer.Length..];
        }

        return Task.CompletedTask;
    }

    // 001-179, 001-180: the two texts are part of the contract.
    private static Task Refuse(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        if (context.AuthenticateFailure is null)
        {
            return Failures.Write(context.HttpContext, StatusCodes.Status401Unauthorized, StatusErrors.Of(401));
        }

        context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return Failures.Write(context.HttpContext, StatusCodes.Status401Unauthorized, new Error("INVALID_TOKEN", "Invalid token", []));
    }
}
