using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Users;

/// <summary>Asks for a secret.</summary>
internal sealed record EnrolRequest
{
    /// <summary>The password; not needed within ten minutes of a login.</summary>
    public string? Password { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(EnrolRequest);
}

/// <summary>Proves that the app has the secret.</summary>
internal sealed record ConfirmTwoFactorRequest
{
    /// <summary>Six digits.</summary>
    [Required]
    public string? Code { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(ConfirmTwoFactorRequest);
}

/// <summary>Proves password and second factor.</summary>
internal sealed record ProveBothRequest
{
    /// <summary>The password; who has none must have logged in within ten minutes.</summary>
    public string? Password { get; init; }

    /// <summary>Six digits, or a recovery code.</summary>
    [Required]
    public string? Code { get; init; }

    public ProveHimself ToProof() => new() { Password = Password, Code = Required(Code, "code") };

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(ProveBothRequest);
}

/// <summary>Finishes a login.</summary>
internal sealed record SecondFactorRequest
{
    /// <summary>What the login answered.</summary>
    [Required]
    public string? Challenge { get; init; }

    /// <summary>Six digits, or a recovery code.</summary>
    [Required]
    public string? Code { get; init; }

    /// <summary>What the device is to be called in the list of sessions; at most 100 characters.</summary>
    public string? DeviceName { get; init; }

    public ProveSecondFactor ToCommand(Device device) => new()
    {
        Challenge = Required(Challenge, "challenge"),
        Code = Required(Code, "code"),
        Device = device,
    };

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(SecondFactorRequest);
}

/// <summary>The second factor over HTTP.</summary>
internal static class TwoFactorEndpoints
{
    /// <summary>Maps <c>/auth/two-factor</c> and <c>/auth/login/second-factor</c>.</summary>
    public static void MapTwoFactor(this RouteGroupBuilder auth)
    {
        auth.MapPost("/login/second-factor", Login).AllowAnonymous().Limit(RatePurpose.Login)
            .Describe("proveSecondFactor", "Finish a login that was answered with SECOND_FACTOR_REQUIRED");
        auth.MapGet("/two-factor", Get).Describe("getTwoFactor", "Whether the caller's logins ask for a second factor");
        auth.MapPost("/two-factor/enrol", Enrol).AddEndpointFilter(PasswordGate.Filter)
            .Describe("enrolTwoFactor", "Make a secret for an authenticator app; confirm it next");
        auth.MapPost("/two-factor/confirm", Confirm)
            .Describe("confirmTwoFactor", "Enable the second factor by a code of the app; shows the recovery codes, once");
        auth.MapPost("/two-factor/recovery-codes", Renew).AddEndpointFilter(PasswordGate.Filter)
            .Describe("renewRecoveryCodes", "Make other recovery codes, by password and code");
        auth.MapPost("/two-factor/disable", Disable).AddEndpointFilter(PasswordGate.Filter)
            .Describe("disableTwoFactor", "Disable the second factor, by password and code");
    }

    private static async Task<Answer<Session>> Login(SecondFactorRequest body, HttpContext context, IGrainFactory grains)
    {
        var command = body.ToCommand(ClientAddress.DeviceOf(context, body.DeviceName));
        var userId = SecondFactorChallenge.TryRead(command.Challenge, out var challenge) ? challenge.UserId : UnknownUser.IdOf("second-factor");
        return Answers.Ok(Session.Of(await grains.GetGrain<IUserGrain>(userId).SignInBySecondFactor(command)));
    }

    private static async Task<Answer<TwoFactorStatus>> Get(HttpContext context, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(Me(context).UserId).TwoFactor());

    private static async Task<Answer<TwoFactorSecret>> Enrol(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] EnrolRequest? body, HttpContext context, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(Me(context).UserId).EnrolTwoFactor(new ProveHimself { Password = body?.Password }, Me(context).SessionId));

    private static async Task<Answer<RecoveryCodes>> Confirm(ConfirmTwoFactorRequest body, HttpContext context, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(Me(context).UserId).ConfirmTwoFactor(Required(body.Code, "code")));

    private static async Task<Answer<RecoveryCodes>> Renew(ProveBothRequest body, HttpContext context, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(Me(context).UserId).RenewRecoveryCodes(body.ToProof(), Me(context).SessionId));

    private static async Task<NoContent> Disable(ProveBothRequest body, HttpContext context, IGrainFactory grains)
    {
        await grains.GetGrain<IUserGrain>(Me(context).UserId).DisableTwoFactor(body.ToProof(), Me(context).SessionId);
        return TypedResults.NoContent();
    }

    private static CallerIdentity Me(HttpContext context) => (CallerIdentity)context.User.Identity!;
}
