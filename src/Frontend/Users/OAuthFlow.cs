using System.Security.Cryptography;
using Actors.Infrastructure.Http;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>
/// The way to a provider and back. What has to be remembered is in a grain, so that any frontend may serve the return: under the state,
/// which goes along, and for the browser that holds the cookie's secret. It is taken once: a callback that is repeated, or brought to
/// another browser, finds nothing.
/// </summary>
internal sealed partial class OAuthFlow(
    IEnumerable<ISignInProvider> providers, OAuthOptions options, IGrainFactory grains, ILogger<OAuthFlow> logger)
{
    private const int StateLength = 43; // 32 bytes in base64url

    /// <summary>Where to send the browser.</summary>
    public async Task<string> BeginAsync(string provider, string? returnUrl, string browser, HttpContext context)
    {
        var chosen = Find(provider);
        var flow = new SignInFlow
        {
            Provider = chosen.Name,
            Browser = browser,
            Nonce = Secret(),
            Verifier = Secret(),
            RedirectUri = $"{PublicUrl(context.Request)}{Api.Prefix}/auth/oauth/{chosen.Name}/callback",
            ReturnUrl = ReturnAddress.Check(returnUrl, options.ReturnUrls),
            Client = ClientAddress.Of(context),
        };
        var state = Secret();
        try
        {
            var url = await chosen.AuthorizeUrlAsync(state, flow, context.RequestAborted);
            await grains.GetGrain<ISignInFlowGrain>(state).Begin(flow);
            return url;
        }
        catch (SignInFailedException failure)
        {
            LogFailed(failure, chosen.Name);
            throw Errors.Unavailable("The provider does not answer at the moment.");
        }
    }

    /// <summary>Where to send the browser that came back; the token, or what went wrong, in the fragment, which no server sees.</summary>
    public async Task<string> ReturnAsync(string provider, string state, string browser, string? code, HttpContext context)
    {
        var chosen = Find(provider);
        var flow = state.Length == StateLength && browser.Length == StateLength
            ? await grains.GetGrain<ISignInFlowGrain>(state).Take(chosen.Name, browser)
            : null;
        if (flow is null)
        {
            throw new AppException(ErrorKind.Invalid, "INVALID_OAUTH_STATE", "This browser did not begin this sign-in, or too long ago, or it is over.");
        }

        return code is null ? Failed(flow, "ACCESS_DENIED") : await FinishAsync(chosen, code, flow, context);
    }

    private async Task<string> FinishAsync(ISignInProvider provider, string code, SignInFlow flow, HttpContext context)
    {
        try
        {
            var identity = await provider.RedeemAsync(code, flow, context.RequestAborted);
            var session = await grains.GetGrain<IIdentityGrain>(identity.Key()).SignIn(identity, ClientAddress.DeviceOf(context));
            return $"{flow.ReturnUrl}#token={Uri.EscapeDataString(session.Token)}&refreshToken={Uri.EscapeDataString(session.RefreshToken)}";
        }
        catch (SignInFailedException failure)
        {
            LogFailed(failure, provider.Name);
            return Failed(flow, "OAUTH_FAILED");
        }
        catch (AppException refused)
        {
            return refused.Challenge is null ? Failed(flow, refused.Code) : $"{Failed(flow, refused.Code)}&challenge={Uri.EscapeDataString(refused.Challenge)}";
        }
    }

    private ISignInProvider Find(string provider) =>
        providers.FirstOrDefault(p => string.Equals(p.Name, provider, StringComparison.Ordinal))
        ?? throw new AppException(ErrorKind.NotFound, "OAUTH_PROVIDER_NOT_FOUND", "There is no such provider here.");

    private string PublicUrl(HttpRequest request) => options.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}{request.PathBase}";

    private static string Failed(SignInFlow flow, string code) => $"{flow.ReturnUrl}#error={code}";

    private static string Secret() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

    [LoggerMessage(LogLevel.Warning, "Sign-in by {Provider} failed")]
    private partial void LogFailed(Exception exception, string provider);
}
