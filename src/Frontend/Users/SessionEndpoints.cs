using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Users;

/// <summary>Asks for the next pair of tokens.</summary>
internal sealed record RefreshRequest
{
    /// <summary>The refresh token of the last login or refresh.</summary>
    [Required]
    public string? RefreshToken { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(RefreshRequest);
}

/// <summary>Says which sessions end.</summary>
internal sealed record LogoutRequest
{
    /// <summary>This one if nothing is said.</summary>
    public SessionScope? Scope { get; init; }
}

/// <summary>A login that holds, as its user sees it.</summary>
/// <param name="Id">Opaque.</param>
/// <param name="DeviceName">As the user called it at login.</param>
/// <param name="UserAgent">As the program called itself at login.</param>
/// <param name="Ip">The address at login; of IPv6 its network.</param>
/// <param name="CreatedAt">When he logged in.</param>
/// <param name="LastSeenAt">When it was last used.</param>
/// <param name="ExpiresAt">When it ends unless its tokens are refreshed.</param>
/// <param name="IsCurrent">Whether it is the one that asks.</param>
/// <param name="IsImpersonation">Whether an administrator opened it to act as the user.</param>
internal sealed record SessionView(
    string Id,
    string? DeviceName,
    string? UserAgent,
    string? Ip,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt,
    bool IsCurrent,
    bool IsImpersonation)
{
    public static SessionView Of(UserSession session, string currentId) => new(
        session.Id,
        session.Device.Name,
        session.Device.UserAgent,
        session.Device.Ip,
        session.CreatedAt,
        session.LastSeenAt,
        session.ExpiresAt,
        session.Id == currentId,
        session.IsImpersonation);
}

/// <summary>A new key that signs tokens.</summary>
/// <param name="Kid">Its name.</param>
internal sealed record NewKey(string Kid);

/// <summary>Sessions and keys over HTTP.</summary>
internal static class SessionEndpoints
{
    private static readonly TimeSpan KeysAge = TimeSpan.FromSeconds(30);

    /// <summary>Maps what goes on after a login.</summary>
    public static void MapSessions(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Auth");
        auth.MapPost("/refresh", Refresh).AllowAnonymous().Limit(RatePurpose.Refresh)
            .Describe("refresh", "Exchange a refresh token for the next pair of tokens");
        auth.MapPost("/logout", Logout).Describe("logout", "End this session, the others, or all");
        auth.MapGet("/sessions", ListSessions).Describe("listSessions", "The caller's sessions, the last one used first");
        auth.MapDelete("/sessions/{id}", EndSession).Describe("endSession", "End one of the caller's sessions");
        api.MapGroup("/admin").WithTags("Admin").MapPost("/keys/rotate", Rotate)
            .AllowServices().Describe("rotateKeys", "Make a new key that signs tokens (administrators)");
    }

    /// <summary>Maps <c>/.well-known/jwks.json</c>.</summary>
    public static void MapKeys(this WebApplication app) =>
        app.MapGet("/.well-known/jwks.json", GetKeys).AllowAnonymous().ExcludeFromDescription();

    private static async Task<Answer<Session>> Refresh(RefreshRequest body, HttpContext context, IGrainFactory grains)
    {
        var text = Required(body.RefreshToken, "refreshToken");
        var userId = RefreshToken.TryRead(text, out var token) ? token.UserId : Ids.From("unknown", "refresh", "");
        return Answers.Ok(Session.Of(await grains.GetGrain<IUserGrain>(userId).Refresh(text, ClientAddress.DeviceOf(context))));
    }

    private static async Task<NoContent> Logout(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] LogoutRequest? body, HttpContext context, IGrainFactory grains)
    {
        var identity = (CallerIdentity)context.User.Identity!;
        await grains.GetGrain<IUserGrain>(identity.UserId).EndSessions(body?.Scope ?? SessionScope.This, identity.SessionId);
        return TypedResults.NoContent();
    }

    private static async Task<Answer<ImmutableArray<SessionView>>> ListSessions(HttpContext context, IGrainFactory grains)
    {
        var identity = (CallerIdentity)context.User.Identity!;
        var sessions = await grains.GetGrain<IUserGrain>(identity.UserId).Sessions();
        return Answers.Ok<ImmutableArray<SessionView>>([.. sessions.Select(s => SessionView.Of(s, identity.SessionId))]);
    }

    private static async Task<Answer<Deleted>> EndSession(string id, IGrainFactory grains)
    {
        await grains.GetGrain<IUserGrain>(Caller.Current!.UserId).EndSession(id);
        return Answers.Ok(new Deleted(id));
    }

    private static async Task<Answer<NewKey>> Rotate(IGrainFactory grains) =>
        Answers.Ok(new NewKey(await grains.GetGrain<IKeysGrain>(0).Rotate()));

    // RFC 7517; not in our envelope, for it is read by others' libraries.
    private static async Task<IResult> GetKeys(TokenKeys keys, HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        return Results.Json(new
        {
            keys = (await keys.AllAsync(KeysAge)).Select(k => new { kty = "EC", use = "sig", alg = "ES256", crv = "P-256", kid = k.Kid, x = k.X, y = k.Y }),
        });
    }
}
