using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Actors.Users;

/// <summary>A system where users have accounts already.</summary>
internal interface ISignInProvider
{
    /// <summary>Its name in paths.</summary>
    string Name { get; }

    /// <summary>Where the browser has to go.</summary>
    Task<string> AuthorizeUrlAsync(string state, SignInFlow flow, CancellationToken cancellationToken);

    /// <summary>Who came back with the code.</summary>
    /// <exception cref="SignInFailedException">The provider does not answer, or not as it should.</exception>
    Task<ForeignIdentity> RedeemAsync(string code, SignInFlow flow, CancellationToken cancellationToken);
}

/// <summary>A provider did not say who somebody is.</summary>
internal sealed class SignInFailedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>OpenID Connect: who it is stands in a token that the provider signed.</summary>
internal sealed class OpenIdProvider : ISignInProvider
{
    private readonly GoogleOptions _options;
    private readonly ProviderClient _client;
    private readonly TimeProvider _time;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _configuration;
    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };

    public OpenIdProvider(GoogleOptions options, ProviderClient client, TimeProvider time)
    {
        (_options, _client, _time) = (options, client, time);
        var documents = new HttpDocumentRetriever(client.Http) { RequireHttps = options.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase) };
        _configuration = new($"{options.Authority.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), documents);
    }

    public string Name => "google";

    public async Task<string> AuthorizeUrlAsync(string state, SignInFlow flow, CancellationToken cancellationToken)
    {
        var configuration = await ConfigurationAsync(cancellationToken);
        return ProviderClient.AuthorizeUrl(configuration.AuthorizationEndpoint, _options.ClientId!, "openid email profile", state, flow, ("nonce", flow.Nonce));
    }

    public async Task<ForeignIdentity> RedeemAsync(string code, SignInFlow flow, CancellationToken cancellationToken)
    {
        var configuration = await ConfigurationAsync(cancellationToken);
        var answer = await _client.RedeemAsync(configuration.TokenEndpoint, _options.ClientId!, _options.ClientSecret!, code, flow, cancellationToken);
        var result = await _tokens.ValidateTokenAsync(ProviderClient.Text(answer, "id_token"), new TokenValidationParameters
        {
            ConfigurationManager = _configuration, // issuer and keys; asks for new keys if a token was signed by one that it does not know
            ValidAudience = _options.ClientId,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            LifetimeValidator = (_, until, _, _) => until > _time.GetUtcNow().UtcDateTime,
        });
        if (!result.IsValid)
        {
            throw new SignInFailedException("The provider's token does not hold.", result.Exception);
        }

        var claims = result.ClaimsIdentity;
        if (!string.Equals(claims.FindFirst("nonce")?.Value, flow.Nonce, StringComparison.Ordinal))
        {
            throw new SignInFailedException("The provider's token is of another sign-in.");
        }

        return new ForeignIdentity
        {
            Provider = Name,
            Subject = claims.FindFirst("sub")?.Value ?? throw new SignInFailedException("The provider's token names nobody."),
            Email = claims.FindFirst("email")?.Value,
            IsEmailVerified = string.Equals(claims.FindFirst("email_verified")?.Value, "true", StringComparison.OrdinalIgnoreCase),
        };
    }

    private async Task<OpenIdConnectConfiguration> ConfigurationAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _configuration.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or HttpRequestException)
        {
            throw new SignInFailedException("The provider's discovery document cannot be read.", failure);
        }
    }
}

/// <summary>GitHub: no token says who it is, its API does.</summary>
internal sealed class GitHubProvider(GitHubOptions options, ProviderClient client) : ISignInProvider
{
    public string Name => "github";

    public Task<string> AuthorizeUrlAsync(string state, SignInFlow flow, CancellationToken cancellationToken) =>
        Task.FromResult(ProviderClient.AuthorizeUrl(options.AuthorizeUrl, options.ClientId!, "read:user user:email", state, flow));

    public async Task<ForeignIdentity> RedeemAsync(string code, SignInFlow flow, CancellationToken cancellationToken)
    {
        var answer = await client.RedeemAsync(options.TokenUrl, options.ClientId!, options.ClientSecret!, code, flow, cancellationToken);
        var token = ProviderClient.Text(answer, "access_token");
        var api = options.ApiUrl.TrimEnd('/');
        var user = await client.GetAsync($"{api}/user", token, cancellationToken);
        var emails = await client.GetAsync($"{api}/user/emails", token, cancellationToken);
        var primary = emails.ValueKind == JsonValueKind.Array ? emails.EnumerateArray().FirstOrDefault(e => IsTrue(e, "primary")) : default;
        return new ForeignIdentity
        {
            Provider = Name,
            // The number, not the login: that can be given to somebody else.
            Subject = user.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number
                ? id.GetRawText()
                : throw new SignInFailedException("The provider names nobody."),
            Email = primary.ValueKind == JsonValueKind.Object ? ProviderClient.Text(primary, "email") : null,
            IsEmailVerified = primary.ValueKind == JsonValueKind.Object && IsTrue(primary, "verified"),
        };
    }

    private static bool IsTrue(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>What both kinds of providers are asked alike.</summary>
internal sealed class ProviderClient(HttpClient http)
{
    public HttpClient Http { get; } = http;

    public static string AuthorizeUrl(
        string endpoint, string clientId, string scope, string state, SignInFlow flow, params (string Name, string Value)[] more)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = clientId,
            ["redirect_uri"] = flow.RedirectUri,
            ["scope"] = scope,
            ["state"] = state,
            ["code_challenge"] = Base64UrlEncoder.Encode(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(flow.Verifier))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in more)
        {
            query[name] = value;
        }

        return QueryHelpers.AddQueryString(endpoint, query);
    }

    /// <summary>Redeems a code for tokens.</summary>
    public Task<JsonElement> RedeemAsync(
        string endpoint, string clientId, string clientSecret, string code, SignInFlow flow, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "authorization_code",
                ["client_id"] = clientId,
                ["client_secret"] = clientSecret,
                ["code"] = code,
                ["redirect_uri"] = flow.RedirectUri,
                ["code_verifier"] = flow.Verifier,
            }),
        };
        return SendAsync(request, cancellationToken);
    }

    /// <summary>Asks an API in the user's name.</summary>
    public Task<JsonElement> GetAsync(string url, string token, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request, cancellationToken);
    }

    public static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new SignInFailedException($"The provider's answer has no {name}.");

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Actors", "1"));
            try
            {
                using var answer = await Http.SendAsync(request, cancellationToken);
                return answer.IsSuccessStatusCode
                    ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
                    : throw new SignInFailedException($"The provider answered {(int)answer.StatusCode}.");
            }
            catch (Exception failure) when (failure is HttpRequestException or JsonException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new SignInFailedException("The provider does not answer as it should.", failure);
            }
        }
    }
}
