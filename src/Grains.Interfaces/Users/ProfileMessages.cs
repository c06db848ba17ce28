namespace Actors.Users;

/// <summary>How a user appears on the web (000-012).</summary>
[GenerateSerializer, Immutable, Alias("web-profile")]
public sealed record WebProfile
{
    /// <summary>The name that others see.</summary>
    [Id(0)] public string? DisplayName { get; init; }

    /// <summary>Address of his picture.</summary>
    [Id(1)] public string? AvatarUrl { get; init; }

    /// <summary>What the web tier called his role; it gives no rights here, and users cannot set it.</summary>
    [Id(2)] public string? Role { get; init; }

    /// <summary>What programs keep for him: a JSON object as text; null if they keep nothing.</summary>
    [Id(3)] public string? Preferences { get; init; }

    /// <summary>When it was first set, UTC.</summary>
    [Id(4)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed, UTC; a later change has a later time.</summary>
    [Id(5)] public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A user with his profile.</summary>
/// <param name="User">The user.</param>
/// <param name="Web">His profile; null if he never set one.</param>
/// <param name="Tag">Another number whenever anything of this is another.</param>
[GenerateSerializer, Immutable, Alias("user-profile")]
public sealed record UserProfile([property: Id(0)] User User, [property: Id(1)] WebProfile? Web, [property: Id(2)] long Tag);

/// <summary>Changes what a user says of himself: what is absent stays, null clears.</summary>
[GenerateSerializer, Immutable, Alias("change-profile")]
public sealed record ChangeProfile
{
    /// <summary>The <see cref="UserProfile.Tag"/> that the caller has seen; null to change whatever is there.</summary>
    [Id(0)] public long? ExpectedTag { get; init; }

    /// <summary>At most <see cref="UserLimits.Username"/> characters.</summary>
    [Id(1)] public Optional<string?> Username { get; init; }

    /// <summary>At most <see cref="ProfileLimits.Name"/> characters.</summary>
    [Id(2)] public Optional<string?> Name { get; init; }

    /// <summary>An http or https address of at most <see cref="ProfileLimits.Url"/> characters.</summary>
    [Id(3)] public Optional<string?> Avatar { get; init; }

    /// <summary>At most <see cref="ProfileLimits.DisplayName"/> characters.</summary>
    [Id(4)] public Optional<string?> DisplayName { get; init; }

    /// <summary>As <see cref="Avatar"/>.</summary>
    [Id(5)] public Optional<string?> AvatarUrl { get; init; }

    /// <summary>A JSON object: at most <see cref="ProfileLimits.PreferencesBytes"/> and <see cref="ProfileLimits.PreferencesDepth"/> deep.</summary>
    [Id(6)] public Optional<string?> Preferences { get; init; }

    /// <summary>Whether <see cref="Preferences"/> is a merge patch of the present ones (RFC 7396); else it replaces them.</summary>
    [Id(7)] public bool MergesPreferences { get; init; }
}

/// <summary>Limits of profiles. Beyond one: 400 with the field's name.</summary>
public static class ProfileLimits
{
    /// <summary>Characters of a name.</summary>
    public const int Name = 255;

    /// <summary>Characters of a display name (000-014).</summary>
    public const int DisplayName = 100;

    /// <summary>Characters of a picture's address.</summary>
    public const int Url = 2_048;

    /// <summary>Most bytes of preferences as JSON in UTF-8, numbers written out (1e3 is four).</summary>
    public const int PreferencesBytes = 16 * 1024;

    /// <summary>How deep preferences may be nested.</summary>
    public const int PreferencesDepth = 16;
}
