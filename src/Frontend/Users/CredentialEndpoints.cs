using Actors.Infrastructure.Http;

namespace Actors.Users;

/// <summary>Codes by e-mail, and passwords, over HTTP.</summary>
internal static class CredentialEndpoints
{
    /// <summary>Maps <c>/auth/code</c>, <c>/auth/verify</c> and <c>/auth/password</c>.</summary>
    public static void MapCredentials(this RouteGroupBuilder auth)
    {
        auth.MapPost("/code", RequestCode).AllowAnonymous().Limit(RatePurpose.Mail).AddEndpointFilter(PasswordGate.Filter)
            .Describe("requestEmailCode", "Send a code to an e-mail address; the answer is the same whatever the address");
        auth.MapPost("/verify", Verify).AllowAnonymous().Limit(RatePurpose.Verify).AddEndpointFilter(PasswordGate.Filter)
            .Describe("verifyEmailCode", "Prove an e-mail address by its code and log in; makes the account if there is none");
        auth.MapPost("/password", ChangePassword).AddEndpointFilter(PasswordGate.Filter)
            .Describe("changePassword", "Change the caller's password; other sessions end");
        auth.MapPost("/password/reset", ResetPassword).AllowAnonymous().Limit(RatePurpose.Verify).AddEndpointFilter(PasswordGate.Filter)
            .Describe("resetPassword", "Set a new password by a code and log in; other sessions end");
    }

    private static async Task<Accepted> RequestCode(RequestCodeRequest body, HttpContext context, IGrainFactory grains)
    {
        var command = body.ToCommand(PrefersChinese(context.Request), ClientAddress.Of(context));
        await grains.GetGrain<IEmailCodeGrain>(EmailCodes.KeyOf(command.Email)).Request(command);
        return new Accepted();
    }

    private static async Task<Answer<Session>> Verify(VerifyCodeRequest body, HttpContext context, IGrainFactory grains)
    {
        var command = body.ToCommand(ClientAddress.DeviceOf(context));
        if (context.User.Identity is CallerIdentity { IsImpersonation: false } me && await grains.GetGrain<IUserGrain>(me.UserId).IsSessionAlive(me.SessionId))
        {
            Caller.Current = new Caller { UserId = me.UserId }; // who is signed in proves his own address
        }

        return Answers.Ok(Session.Of(await grains.GetGrain<IEmailCodeGrain>(EmailCodes.KeyOf(command.Email)).SignIn(command)));
    }

    private static async Task<Answer<Session>> ResetPassword(ResetPasswordRequest body, HttpContext context, IGrainFactory grains)
    {
        var (command, password) = body.ToCommand(ClientAddress.DeviceOf(context));
        return Answers.Ok(Session.Of(await grains.GetGrain<IEmailCodeGrain>(EmailCodes.KeyOf(command.Email)).ResetPassword(command, password)));
    }

    private static async Task<Answer<Session>> ChangePassword(ChangePasswordRequest body, HttpContext context, IGrainFactory grains)
    {
        var identity = (CallerIdentity)context.User.Identity!;
        return Answers.Ok(Session.Of(await grains.GetGrain<IUserGrain>(identity.UserId).ChangePassword(body.ToCommand(), identity.SessionId)));
    }

    private static bool PrefersChinese(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .OrderByDescending(language => language.Quality ?? 1)
        .FirstOrDefault()?.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true;
}
