using System.Text.Json.Serialization;

namespace Actors.Users;

/// <summary>Kinds of change events on the topic <c>users/{id}</c>.</summary>
public static class UserEvents
{
    /// <summary>The topic of a user's events.</summary>
    public static string Topic(string userId) => $"users/{userId}";

    /// <summary>Data: <see cref="UserAccess"/>.</summary>
    public const string Registered = "user.registered";

    /// <summary>Data: <see cref="UserAccess"/>.</summary>
    public const string AccessChanged = "user.access-changed";

    /// <summary>The user proved his address. Data: <see cref="UserAccess"/>.</summary>
    public const string EmailConfirmed = "user.email-confirmed";

    /// <summary>The password was set, changed or taken away. Data: <see cref="UserAccess"/>.</summary>
    public const string PasswordChanged = "user.password-changed";
}

/// <summary>What a user may do, and where.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Role">What he may do.</param>
/// <param name="FactoryId">The factory he belongs to.</param>
public sealed record UserAccess(string UserId, UserRole Role, string? FactoryId);

/// <summary>How the events' data is written: camelCase names, lower_snake enum values.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WireEnumConverter<UserRole>)])]
[JsonSerializable(typeof(UserAccess))]
public sealed partial class UserEventsJson : JsonSerializerContext;
