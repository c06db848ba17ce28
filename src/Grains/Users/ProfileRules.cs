using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Actors.Users;

/// <summary>What a user may say of himself. Pure.</summary>
internal static class ProfileRules
{
    /// <summary>The user and his profile, for himself or an administrator.</summary>
    public static UserProfile View(UserState state) => new(state.User, state.Web, TagOf(state));

    public static Change<UserState>? Change(UserState? state, ChangeProfile command, Caller caller, DateTimeOffset now)
    {
        var present = UserRules.Describable(state, caller);
        if (command.ExpectedTag is { } expected && TagOf(present) is var tag && tag != expected)
        {
            throw Errors.Stale(tag);
        }

        Validate(command);
        var user = present.User with
        {
            Username = command.Username.Or(present.User.Username),
            Name = command.Name.Or(present.User.Name),
            Avatar = command.Avatar.Or(present.User.Avatar),
        };
        var before = present.Web ?? new WebProfile { CreatedAt = now, UpdatedAt = now };
        var web = before with
        {
            DisplayName = command.DisplayName.Or(before.DisplayName),
            AvatarUrl = command.AvatarUrl.Or(before.AvatarUrl),
            Preferences = command.Preferences.IsPresent ? Preferences.Next(before.Preferences, command) : before.Preferences,
        };
        if (user == present.User && web == before)
        {
            return null;
        }

        return new(
            present with
            {
                User = user with { UpdatedAt = UserRules.After(present.User.UpdatedAt, now) },
                Web = web == before ? present.Web : web with { UpdatedAt = UserRules.After(present.Web?.UpdatedAt, now) },
                Version = present.Version + 1,
            },
            UserEvents.ProfileChanged,
            JsonSerializer.Serialize(new(user.Id), UserEventsJson.Default.ChangedUser))
        {
            Audit = UserAudit.ProfileChanged(Differing(present.User, user, before, web)),
        };
    }

    private static IEnumerable<string> Differing(User user, User nextUser, WebProfile web, WebProfile nextWeb) =>
        new (string Field, string? Before, string? After)[]
        {
            ("username", user.Username, nextUser.Username),
            ("name", user.Name, nextUser.Name),
            ("avatar", user.Avatar, nextUser.Avatar),
            ("displayName", web.DisplayName, nextWeb.DisplayName),
            ("avatarUrl", web.AvatarUrl, nextWeb.AvatarUrl),
            ("preferences", web.Preferences, nextWeb.Preferences),
        }.Where(f => f.Before != f.After).Select(f => f.Field);

    /// <summary>Names the state of everything that <see cref="UserProfile"/> shows; preferences by the time of their last change.</summary>
    public static long TagOf(UserState state)
    {
        var (user, web) = (state.User, state.Web);
        string?[] parts =
        [
            user.Id, user.Email, user.Username, user.Name, user.Avatar, WireName.Of(user.Tier), WireName.Of(user.Role), user.FactoryId,
            Text(user.CreatedAt), Text(user.UpdatedAt), Text(user.LastLoginAt),
            web?.DisplayName, web?.AvatarUrl, web?.Role, Text(web?.CreatedAt), Text(web?.UpdatedAt),
        ];

        // No field holds the separator, and an empty one is not the same as none.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts.Select(part => part is null ? "-" : $"+{part}"))));
        return BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;

        static string? Text(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
    }

    private static void Validate(ChangeProfile command) => new Validator()
        .OptionalText("username", command.Username.Value, UserLimits.Username)
        .OptionalText("name", command.Name.Value, ProfileLimits.Name)
        .Url("avatar", command.Avatar.Value)
        .OptionalText("displayName", command.DisplayName.Value, ProfileLimits.DisplayName)
        .Url("avatarUrl", command.AvatarUrl.Value)
        .ThrowIfInvalid();

    // Only addresses that a browser may load as a picture; nobody here ever loads them.
    private static Validator Url(this Validator validator, string field, string? url) => validator
        .OptionalText(field, url, ProfileLimits.Url)
        .That(
            url is null || (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"),
            field,
            "must be an http or https address");
}
