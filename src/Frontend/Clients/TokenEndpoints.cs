using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Actors.Users;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Clients;

/// <summary>Tokens of services over HTTP.</summary>
internal static class TokenEndpoints
{
    /// <summary>Maps <c>/auth/token</c>.</summary>
    public static void MapServiceTokens(this RouteGroupBuilder api) => api.MapGroup("/auth").WithTags("Auth").MapPost("/token", SignIn)
        .AllowAnonymous().Limit(RatePurpose.Login).Describe("getServiceToken", "A token for a service, by client id and secret");

    private static async Task<Answer<ServiceToken>> SignIn(ServiceTokenRequest body, HttpContext context, IGrainFactory grains)
    {
        var (id, secret) = body.ToCredentials();
        return Answers.Ok(await grains.GetGrain<IServiceClientGrain>(id).SignIn(secret, ClientAddress.Of(context)));
    }
}

/// <summary>Proves to be a service.</summary>
internal sealed record ServiceTokenRequest
{
    /// <summary>The client's id.</summary>
    [Required]
    public string? ClientId { get; init; }

    /// <summary>The secret that was told when the client was added.</summary>
    [Required]
    public string? ClientSecret { get; init; }

    public (string Id, string Secret) ToCredentials()
    {
        var (id, secret) = (Required(ClientId, "clientId"), Required(ClientSecret, "clientSecret"));
        if (!ServiceClientLimits.IsId(id))
        {
            throw Errors.Invalid("clientId", $"Must be 1 to {ServiceClientLimits.Id} lower case letters, digits and hyphens.");
        }

        return secret.Length <= ServiceClientLimits.Secret
            ? (id, secret)
            : throw Errors.Invalid("clientSecret", $"Must be at most {ServiceClientLimits.Secret} characters.");
    }

    /// <summary>No secret in text.</summary>
    public override string ToString() => nameof(ServiceTokenRequest);
}
