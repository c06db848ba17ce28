namespace Actors.Users;

/// <summary>A user as administrators see him.</summary>
[GenerateSerializer, Immutable, Alias("admin-user")]
public sealed record AdminUser
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>E-mail address, lower case, unique.</summary>
    [Id(1)] public required string Email { get; init; }

    /// <summary>Whether he proved that the address is his.</summary>
    [Id(2)] public bool EmailVerified { get; init; }

    /// <summary>Display name.</summary>
    [Id(3)] public string? Username { get; init; }

    /// <summary>What he pays for.</summary>
    [Id(4)] public UserTier Tier { get; init; }

    /// <summary>What he may do.</summary>
    [Id(5)] public UserRole Role { get; init; }

    /// <summary>The factory he belongs to; a manager runs it.</summary>
    [Id(6)] public string? FactoryId { get; init; }

    /// <summary>Whether he is kept out: no sessions, no login.</summary>
    [Id(7)] public bool Locked { get; init; }

    /// <summary>When he registered, UTC.</summary>
    [Id(8)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When any of this last changed, UTC.</summary>
    [Id(9)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Another number whenever any of this is another; his logins do not change it.</summary>
    public long Version => UpdatedAt.ToUnixTimeMilliseconds();
}

/// <summary>Changes what a user may do; what is absent stays.</summary>
[GenerateSerializer, Immutable, Alias("administer-user")]
public sealed record AdministerUser
{
    /// <summary>The <see cref="AdminUser.Version"/> that the caller has seen; null to change whatever is there.</summary>
    [Id(0)] public long? ExpectedVersion { get; init; }

    /// <summary>What he pays for.</summary>
    [Id(1)] public Optional<UserTier> Tier { get; init; }

    /// <summary>What he may do.</summary>
    [Id(2)] public Optional<UserRole> Role { get; init; }

    /// <summary>The factory he belongs to; a manager needs one. Null: none.</summary>
    [Id(3)] public Optional<string?> FactoryId { get; init; }

    /// <summary>Whether he is kept out; his sessions end with it.</summary>
    [Id(4)] public Optional<bool> Locked { get; init; }
}

/// <summary>Which users are wanted; what is null or empty does not matter.</summary>
[GenerateSerializer, Immutable, Alias("list-users")]
public sealed record ListUsers
{
    /// <summary>Stands in the e-mail address or the user name, whatever the case.</summary>
    [Id(0)] public string? Search { get; init; }

    /// <summary>What he pays for.</summary>
    [Id(1)] public UserTier? Tier { get; init; }

    /// <summary>What he may do.</summary>
    [Id(2)] public UserRole? Role { get; init; }

    /// <summary>Whether he is kept out.</summary>
    [Id(3)] public bool? Locked { get; init; }

    /// <summary>The <see cref="Page{T}.NextCursor"/> of the page before.</summary>
    [Id(4)] public string? Cursor { get; init; }

    /// <summary>1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(5)] public int Limit { get; init; } = PageLimits.DefaultSize;
}

/// <summary>Lets an administrator act as a user for <see cref="Lifetime"/>; it cannot be prolonged.</summary>
[GenerateSerializer, Immutable, Alias("impersonation")]
public sealed record Impersonation
{
    /// <summary>How long it holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>As whom.</summary>
    [Id(0)] public required User User { get; init; }

    /// <summary>Bearer token; its claim <c>act</c> names the administrator.</summary>
    [Id(1)] public required string Token { get; init; }

    /// <summary>When it ends, UTC.</summary>
    [Id(2)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>No secret in text.</summary>
    public override string ToString() => $"{nameof(Impersonation)} {{ }}";
}
