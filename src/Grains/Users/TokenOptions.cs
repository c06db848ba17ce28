namespace Actors.Users;

/// <summary>How long tokens hold. Configuration section <c>Jwt</c>, of the silos.</summary>
public sealed class TokenOptions
{
    /// <summary>How long a bearer token holds; seven days by default (001-177), unless its session ends before.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a session holds without a refresh; 30 days by default, not less than <see cref="Lifetime"/>.</summary>
    public TimeSpan RefreshLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a token of a service holds; 15 min by default, and never longer than <see cref="Lifetime"/>.</summary>
    public TimeSpan ServiceLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a refresh token that was exchanged still gives the same successor; 30 s by default.</summary>
    public TimeSpan RefreshGrace { get; set; } = TimeSpan.FromSeconds(30);
}
