namespace Actors.Users;

/// <summary>What a user logs in from.</summary>
/// <param name="Name">As he calls it; at most <see cref="SessionLimits.DeviceName"/> characters.</param>
/// <param name="UserAgent">As his program calls itself; at most <see cref="SessionLimits.UserAgent"/> characters.</param>
/// <param name="Ip">The address of his network; null if it is not known.</param>
[GenerateSerializer, Immutable, Alias("device")]
public sealed record Device([property: Id(0)] string? Name, [property: Id(1)] string? UserAgent, [property: Id(2)] string? Ip);

/// <summary>Proves to be the user by his password.</summary>
[GenerateSerializer, Immutable, Alias("sign-in")]
public sealed record SignIn
{
    /// <summary>The address that was given; failures count against it, whether it has an account or not.</summary>
    [Id(0)] public required string Email { get; init; }

    /// <summary>What is to be proved right.</summary>
    [Id(1)] public required string Password { get; init; }

    /// <summary>From where.</summary>
    [Id(2)] public required Device Device { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(SignIn)} {{ }}";
}

/// <summary>A session just opened or prolonged: who it is for, and the two tokens.</summary>
[GenerateSerializer, Immutable, Alias("signed-in")]
public sealed record SignedIn
{
    /// <summary>Who it is.</summary>
    [Id(0)] public required User User { get; init; }

    /// <summary>Bearer token.</summary>
    [Id(1)] public required string Token { get; init; }

    /// <summary>Gives the next pair of tokens, once.</summary>
    [Id(2)] public required string RefreshToken { get; init; }

    /// <summary>When <see cref="Token"/> ends, UTC.</summary>
    [Id(3)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(SignedIn)} {{ }}";
}

/// <summary>A login that holds.</summary>
[GenerateSerializer, Immutable, Alias("user-session")]
public sealed record UserSession
{
    /// <summary>Opaque id; the claim <c>sid</c> of its tokens.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>From where.</summary>
    [Id(1)] public required Device Device { get; init; }

    /// <summary>When he logged in, UTC.</summary>
    [Id(2)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, UTC; after a restart of the system up to an hour too early.</summary>
    [Id(3)] public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>When it ends unless its tokens are refreshed, UTC.</summary>
    [Id(4)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether an administrator opened it to act as the user.</summary>
    [Id(5)] public bool IsImpersonation { get; init; }
}

/// <summary>Which sessions end.</summary>
public enum SessionScope
{
    /// <summary>The one that asks.</summary>
    This = 0,

    /// <summary>All but the one that asks.</summary>
    Others = 1,

    /// <summary>Every one.</summary>
    All = 2,
}

/// <summary>Whether a request may pass, and as whom.</summary>
/// <param name="Caller">The user as he is now, whatever his token says; null if the session has ended.</param>
/// <param name="Rate">Where he stands in his window.</param>
[GenerateSerializer, Immutable, Alias("admission")]
public sealed record Admission([property: Id(0)] Caller? Caller, [property: Id(1)] RateDecision Rate);

/// <summary>Limits of sessions.</summary>
public static class SessionLimits
{
    /// <summary>Sessions of a user; with one more, the one that was unused for the longest time goes.</summary>
    public const int PerUser = 50;

    /// <summary>Characters of a device's name.</summary>
    public const int DeviceName = 100;

    /// <summary>Characters of a user agent; what is longer is cut.</summary>
    public const int UserAgent = 255;
}
