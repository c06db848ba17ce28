namespace Actors.Users;

/// <summary>An account at another system (Google, GitHub) by which a user signs in. Key: <see cref="ForeignIdentity.Key"/>.</summary>
[Alias("identity-grain")]
public interface IIdentityGrain : IGrainWithStringKey
{
    /// <summary>
    /// Logs in the user who signs in by this account. The first time: a new user, or the one with its e-mail address if both the provider and he
    /// himself, here, proved that address. 403 <c>EMAIL_NOT_VERIFIED</c> if the provider did not, 409 <c>ACCOUNT_NOT_LINKED</c> if he
    /// did not.
    /// </summary>
    [Alias("sign-in"), Anonymous]
    Task<SignedIn> SignIn(ForeignIdentity identity, Device device);
}

/// <summary>What a provider says of who signed in there.</summary>
[GenerateSerializer, Immutable, Alias("foreign-identity")]
public sealed record ForeignIdentity
{
    /// <summary>Longest <see cref="Subject"/>, in characters.</summary>
    public const int MaxSubject = 255;

    /// <summary><c>google</c> or <c>github</c>.</summary>
    [Id(0)] public required string Provider { get; init; }

    /// <summary>His id there, which never changes.</summary>
    [Id(1)] public required string Subject { get; init; }

    /// <summary>His address there; null if the provider tells none.</summary>
    [Id(2)] public string? Email { get; init; }

    /// <summary>Whether the provider says that the address is his.</summary>
    [Id(3)] public bool IsEmailVerified { get; init; }

    /// <summary>The grain of this account.</summary>
    public string Key() => Ids.From("identity", Provider, Subject);

    /// <summary>No address in text.</summary>
    public override string ToString() => $"{nameof(ForeignIdentity)} {{ {Provider} }}";
}

/// <summary>
/// A browser on its way to a provider and back. Key: the <c>state</c> that goes along. In memory: when its silo dies, the user begins anew.
/// </summary>
[Alias("sign-in-flow-grain")]
public interface ISignInFlowGrain : IGrainWithStringKey
{
    /// <summary>Remembers it for <see cref="SignInFlow.Lifetime"/>. 429 if the client began too many.</summary>
    [Alias("begin"), Anonymous]
    Task Begin(SignInFlow flow);

    /// <summary>What was remembered, once, for the browser that began it; else null, and it is forgotten.</summary>
    [Alias("take"), Anonymous]
    Task<SignInFlow?> Take(string provider, string browser);
}

/// <summary>What has to be known when the browser comes back.</summary>
[GenerateSerializer, Immutable, Alias("sign-in-flow")]
public sealed record SignInFlow
{
    /// <summary>How long a user may take at the provider.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Where he went.</summary>
    [Id(0)] public required string Provider { get; init; }

    /// <summary>The secret that his browser holds as a cookie.</summary>
    [Id(1)] public required string Browser { get; init; }

    /// <summary>What the provider's token must repeat.</summary>
    [Id(2)] public required string Nonce { get; init; }

    /// <summary>What proves to the provider that who redeems the code asked for it (PKCE).</summary>
    [Id(3)] public required string Verifier { get; init; }

    /// <summary>Where the provider sent him back to.</summary>
    [Id(4)] public required string RedirectUri { get; init; }

    /// <summary>Where he goes in the end; checked before.</summary>
    [Id(5)] public required string ReturnUrl { get; init; }

    /// <summary>Where the request came from; null if nobody knows.</summary>
    [Id(6)] public string? Client { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(SignInFlow)} {{ {Provider} }}";
}
