using Actors.Users;
using Orleans.Concurrency;

namespace Actors.Clients;

/// <summary>A service of the operator that calls the API. Key: its id. Clients are added and removed by the command line.</summary>
[Alias("service-client-grain")]
public interface IServiceClientGrain : IGrainWithStringKey
{
    /// <summary>A token for the service. 401 <c>INVALID_CLIENT</c>, the same when there is no such client; 429 <c>TOO_MANY_FAILURES</c>.</summary>
    /// <param name="secret">What was told when the client was added.</param>
    /// <param name="ip">Where the request comes from; null if it is not known.</param>
    [Alias("sign-in"), Anonymous]
    Task<ServiceToken> SignIn(string secret, string? ip);

    /// <summary>Whether a request with a token of the client may pass; counts it. A client that was removed is out within 30 s.</summary>
    /// <param name="sessionId">The token's claim <c>sid</c>.</param>
    [Alias("admit"), Anonymous, AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task<Admission> Admit(string sessionId);
}

/// <summary>Speaks for a service.</summary>
[GenerateSerializer, Immutable, Alias("service-token")]
public sealed record ServiceToken
{
    /// <summary>Bearer token.</summary>
    [Id(0)] public required string Token { get; init; }

    /// <summary>When it ends, UTC.</summary>
    [Id(1)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(ServiceToken)} {{ }}";
}

/// <summary>What holds for every client.</summary>
public static class ServiceClientLimits
{
    /// <summary>Characters of an id.</summary>
    public const int Id = 64;

    /// <summary>Characters of a secret that is looked at.</summary>
    public const int Secret = 255;

    /// <summary>Whether it is an id: lower case letters, digits and hyphens.</summary>
    public static bool IsId(string? id) => id is { Length: > 0 and <= Id } && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
