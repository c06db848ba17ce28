using System.Net;
using System.Net.Sockets;
using Actors.Infrastructure.Http;

namespace Actors.Users;

/// <summary>Codes by e-mail, and passwords, over HTTP.</summary>
internal static class CredentialEndpoints
{
    /// <summary>Maps <c>/auth/code</c>, <c>/auth/verify</c> and <c>/auth/password</c>.</summary>
    public static void MapCredentials(this RouteGroupBuilder auth)
    {
        auth.MapPost("/code", RequestCode).AllowAnonymous().AddEndpointFilter(PasswordGate.Filter)
            .Describe("requestEmailCode", "Send a code to an e-mail address; the answer is the same whatever the address");
        auth.MapPost("/verify", Verify).AllowAnonymous().AddEndpointFilter(PasswordGate.Filter)
            .Describe("verifyEmailCode", "Prove an e-mail address by its code and log in; makes the account if there is none");
        auth.MapPost("/password", ChangePassword).AddEndpointFilter(PasswordGate.Filter)
            .Describe("changePassword", "Change the caller's password; other sessions end");
        auth.MapPost("/password/reset", ResetPassword).AllowAnonymous().AddEndpointFilter(PasswordGate.Filter)
            .Describe("resetPassword", "Set a new password by a code and log in; other sessions end");
    }

    private static async Task<Accepted> RequestCode(RequestCodeRequest body, HttpContext context, IGrainFactory grains)
    {
        var command = body.ToCommand(PrefersChinese(context.Request), ClientOf(context));
        await grains.GetGrain<IEmailCodeGrain>(EmailCodes.KeyOf(command.Email)).Request(command);
        return new Accepted();
    }

    private static async Task<Answer<Session>> Verify(VerifyCodeRequest body, HttpContext context, IGrainFactory grains, Sessions sessions)
    {
        var command = body.ToCommand(ClientOf(context));
        var user = await grains.GetGrain<IEmailCodeGrain>(EmailCodes.KeyOf(command.Email)).SignIn(command);
        return Answers.Ok(await sessions.OpenAsync(user));
    }

    private static async Task<Answer<Session>> ResetPassword(
        ResetPasswordRequest body, HttpContext context, IGrainFactory grains, Sessions sessions)
    {
        var (command, password) = body.ToCommand(ClientOf(context));
        var user = await grains.GetGrain<IEmailCodeGrain>(EmailCodes.KeyOf(command.Email)).ResetPassword(command, password);
        return Answers.Ok(await sessions.OpenAsync(user));
    }

    private static async Task<Answer<Session>> ChangePassword(ChangePasswordRequest body, IGrainFactory grains, Sessions sessions)
    {
        var user = await grains.GetGrain<IUserGrain>(Caller.Current!.UserId).ChangePassword(body.ToCommand());
        return Answers.Ok(await sessions.OpenAsync(user));
    }

    private static bool PrefersChinese(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .OrderByDescending(language => language.Quality ?? 1)
        .FirstOrDefault()?.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Who is counted as one client: an address, or a network of IPv6, of which anybody has plenty of addresses.</summary>
    internal static string? ClientOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        return address is { AddressFamily: AddressFamily.InterNetworkV6 }
            ? $"{new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0])}/64"
            : address?.ToString();
    }
}
