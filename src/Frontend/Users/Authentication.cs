using Actors.Hosting;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>Who is calling: bearer tokens that this system issued.</summary>
internal static class Authentication
{
    private const string SocketBearer = "bearer.";

    /// <summary>Adds token checks; every route that does not say otherwise wants a token.</summary>
    public static WebApplicationBuilder AddUsers(this WebApplicationBuilder builder)
    {
        var isAlone = ClusterClientOptions.Read(builder.Configuration).Mode == ClusterMode.Embedded;
        builder.Services.AddSingleton<TokenKeys>();
        builder.Services.AddSingleton<PasswordGate>();
        builder.Services.AddOAuth(builder.Configuration);
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        if (!isAlone)
        {
            // A silo in this process keeps its key ring in the database.
            builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new NoKeysOnDisk());
        }

        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<TokenKeys, TimeProvider>(Configure);
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return builder;
    }

    /// <summary>
    /// When a token holds: signed with ES256 by a key of ours (<see cref="CachingTokenHandler"/> finds it by its name), and now is within
    /// its time. Whether its session holds, <see cref="Admissions"/> asks.
    /// </summary>
    public static TokenValidationParameters Rules(TimeProvider time) => new()
    {
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidateIssuer = false,
        ValidateAudience = false,
        ClockSkew = TimeSpan.Zero,
        LifetimeValidator = (from, until, _, _) =>
            until > time.GetUtcNow().UtcDateTime && (from is null || from <= time.GetUtcNow().UtcDateTime),
    };

    /// <summary>401 of a token that does not hold, or whose session has ended (001-180).</summary>
    public static AppException InvalidToken() => new(ErrorKind.Unauthenticated, "INVALID_TOKEN", "Invalid token");

    private static void Configure(JwtBearerOptions options, TokenKeys keys, TimeProvider time)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(new CachingTokenHandler(keys.FindAsync, time));
        options.TokenValidationParameters = Rules(time);
        options.Events = new JwtBearerEvents { OnMessageReceived = FindSocketToken, OnChallenge = Refuse };
    }

    // Browsers cannot set headers on a WebSocket, but name protocols: "actors.v1" and "bearer.<token>".
    private static Task FindSocketToken(MessageReceivedContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0 && context.HttpContext.WebSockets.IsWebSocketRequest)
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
        switch (context.AuthenticateFailure)
        {
            case null:
                return Failures.Write(context.HttpContext, StatusCodes.Status401Unauthorized, StatusErrors.Of(401));
            case AppException { Kind: ErrorKind.Unavailable } or OrleansException or TimeoutException:
                // The keys could not be had: that says nothing about the token.
                return Failures.Write(context.HttpContext, StatusCodes.Status503ServiceUnavailable, StatusErrors.Of(503));
            default:
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                var invalid = InvalidToken();
                return Failures.Write(context.HttpContext, StatusCodes.Status401Unauthorized, new Error(invalid.Code, invalid.Message, []));
        }
    }
}
