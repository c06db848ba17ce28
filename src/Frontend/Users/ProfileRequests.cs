using Actors.Infrastructure.Json;

namespace Actors.Users;

/// <summary>Replaces what a user says of himself; an absent field is cleared.</summary>
internal sealed record ReplaceProfileRequest
{
    /// <summary>Name in this system; at most 100 characters.</summary>
    public string? Username { get; init; }

    /// <summary>His name; at most 255 characters.</summary>
    public string? Name { get; init; }

    /// <summary>An http or https address of his picture; at most 2048 characters.</summary>
    public string? Avatar { get; init; }

    /// <summary>The name that others see on the web; at most 100 characters.</summary>
    public string? DisplayName { get; init; }

    /// <summary>As avatar, on the web.</summary>
    public string? AvatarUrl { get; init; }

    /// <summary>What programs keep for him: at most 16 KiB, 16 deep.</summary>
    public JsonObjectText? Preferences { get; init; }

    public ChangeProfile ToCommand(long? expectedTag) => new()
    {
        ExpectedTag = expectedTag,
        Username = new(Username),
        Name = new(Name),
        Avatar = new(Avatar),
        DisplayName = new(DisplayName),
        AvatarUrl = new(AvatarUrl),
        Preferences = new(Preferences?.Text),
    };
}

/// <summary>Changes what a user says of himself: absent stays, null clears; preferences are merged name by name (RFC 7396).</summary>
internal sealed record ChangeProfileRequest
{
    /// <summary>Name in this system; at most 100 characters.</summary>
    public Optional<string?> Username { get; init; }

    /// <summary>His name; at most 255 characters.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>An http or https address of his picture; at most 2048 characters.</summary>
    public Optional<string?> Avatar { get; init; }

    /// <summary>The name that others see on the web; at most 100 characters.</summary>
    public Optional<string?> DisplayName { get; init; }

    /// <summary>As avatar, on the web.</summary>
    public Optional<string?> AvatarUrl { get; init; }

    /// <summary>What of the preferences changes: null takes a name away. At most 16 KiB and 16 deep in the end.</summary>
    public Optional<JsonObjectText?> Preferences { get; init; }

    public ChangeProfile ToCommand(long? expectedTag) => new()
    {
        ExpectedTag = expectedTag,
        Username = Username,
        Name = Name,
        Avatar = Avatar,
        DisplayName = DisplayName,
        AvatarUrl = AvatarUrl,
        Preferences = Preferences.IsPresent ? new(Preferences.Value?.Text) : default,
        MergesPreferences = true,
    };
}

/// <summary>A user with what he says of himself.</summary>
internal sealed record ProfileView
{
    /// <summary>Opaque id.</summary>
    public required string Id { get; init; }

    /// <summary>E-mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Name in this system.</summary>
    public string? Username { get; init; }

    /// <summary>His name.</summary>
    public string? Name { get; init; }

    /// <summary>Address of his picture.</summary>
    public string? Avatar { get; init; }

    /// <summary>What he pays for.</summary>
    public UserTier Tier { get; init; }

    /// <summary>What he may do.</summary>
    public UserRole Role { get; init; }

    /// <summary>The factory he belongs to.</summary>
    public string? FactoryId { get; init; }

    /// <summary>The name that others see on the web.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Address of his picture on the web.</summary>
    public string? AvatarUrl { get; init; }

    /// <summary>What the web called his role; it gives no rights.</summary>
    public string? WebRole { get; init; }

    /// <summary>What programs keep for him.</summary>
    public string? Preferences { get; init; }

    /// <summary>When he last logged in.</summary>
    public DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>When he registered.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When he last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    public static ProfileView Of(UserProfile profile)
    {
        var (user, web) = (profile.User, profile.Web);
        return new()
        {
            Id = user.Id,
            Email = user.Email,
            Username = user.Username,
            Name = user.Name,
            Avatar = user.Avatar,
            Tier = user.Tier,
            Role = user.Role,
            FactoryId = user.FactoryId,
            DisplayName = web?.DisplayName,
            AvatarUrl = web?.AvatarUrl,
            WebRole = web?.Role,
            Preferences = web?.Preferences,
            LastLoginAt = user.LastLoginAt,
            CreatedAt = user.CreatedAt,
            UpdatedAt = user.UpdatedAt,
        };
    }
}
