using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Actors.Users;

/// <summary>Kinds of change events on the topic <c>users/{id}</c>.</summary>
public static class UserEvents
{
    /// <summary>Whether sessions may have ended with a change of this kind.</summary>
    public static bool MayEndSessions(string kind) => kind is SessionsEnded or PasswordChanged or EmailConfirmed or AccessChanged or Deleted;

    /// <summary>The topic of a user's events.</summary>
    public static string Topic(string userId) => $"users/{userId}";

    /// <summary>Data: <see cref="UserAccess"/>.</summary>
    public const string Registered = "user.registered";

    /// <summary>Data: <see cref="UserAccess"/>.</summary>
    public const string AccessChanged = "user.access-changed";

    /// <summary>Data: <see cref="UserAccess"/>.</summary>
    public const string PasswordRehashed = "user.password-rehashed";

    /// <summary>Data: <see cref="ChangedSessions"/>.</summary>
    public const string SessionOpened = "user.session-opened";

    /// <summary>Data: <see cref="ChangedSessions"/>.</summary>
    public const string SessionUsed = "user.session-used";

    /// <summary>Data: <see cref="ChangedSessions"/>.</summary>
    public const string SessionsEnded = "user.sessions-ended";

    /// <summary>The user proved his address. Data: <see cref="UserAccess"/>.</summary>
    public const string EmailConfirmed = "user.email-confirmed";

    /// <summary>The password was set, changed or taken away. Data: <see cref="UserAccess"/>.</summary>
    public const string PasswordChanged = "user.password-changed";

    /// <summary>What he says of himself changed. Data: <see cref="ChangedUser"/>.</summary>
    public const string ProfileChanged = "user.profile-changed";

    /// <summary>The second factor of his login was enrolled, enabled, changed or disabled. Data: <see cref="ChangedUser"/>.</summary>
    public const string TwoFactorChanged = "user.two-factor-changed";

    /// <summary>He deleted his account. Data: <see cref="ChangedUser"/>.</summary>
    public const string Deleted = "user.deleted";
}

/// <summary>What a user may do, and where.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Role">What he may do.</param>
/// <param name="FactoryId">The factory he belongs to.</param>
public sealed record UserAccess(string UserId, UserRole Role, string? FactoryId);

/// <summary>Sessions that were opened, used or ended.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionIds">His sessions.</param>
public sealed record ChangedSessions(string UserId, ImmutableArray<string> SessionIds);

/// <summary>A user of whom something changed that is to be read from his grain.</summary>
/// <param name="UserId">The user.</param>
public sealed record ChangedUser(string UserId);

/// <summary>How the events' data is written: camelCase names, lower_snake enum values.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WireEnumConverter<UserRole>)])]
[JsonSerializable(typeof(UserAccess))]
[JsonSerializable(typeof(ChangedSessions))]
[JsonSerializable(typeof(ChangedUser))]
public sealed partial class UserEventsJson : JsonSerializerContext;
