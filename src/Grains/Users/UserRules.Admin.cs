using System.Text.Json;

namespace Actors.Users;

/// <summary>What administrators do to users. Pure.</summary>
internal static partial class UserRules
{
    public static Change<UserState>? Administer(UserState? state, AdministerUser command, Caller caller, DateTimeOffset now)
    {
        Permissions.Ensure(caller, Permission.ChangeAccess, "Only an administrator may change a user's access.");
        var present = Present(state);
        if (command.ExpectedVersion is { } expected && ForAdmin(present) is { Version: var version } && version != expected)
        {
            throw Errors.Stale(version);
        }

        var user = present.User with
        {
            Tier = command.Tier.Or(present.User.Tier),
            Role = command.Role.Or(present.User.Role),
            FactoryId = command.FactoryId.Or(present.User.FactoryId),
        };
        new Validator()
            .Defined("tier", user.Tier)
            .Defined("role", user.Role)
            .OptionalText("factoryId", user.FactoryId, Ids.MaxLength)
            .That(user.Role != UserRole.Manager || user.FactoryId is not null, "factoryId", "is needed for a manager")
            .ThrowIfInvalid();
        var isLocked = command.Locked.Or(present.Locked);
        if (user == present.User && isLocked == present.Locked)
        {
            return null;
        }

        var next = present with
        {
            User = user with { UpdatedAt = After(present.User.UpdatedAt, now) },
            Locked = isLocked,
            // Nobody acts as an administrator, also not as one who became it meanwhile.
            Sessions = isLocked ? [] : user.Role == UserRole.Admin ? [.. present.Sessions.Where(s => s.ImpersonatorId is null)] : present.Sessions,
            Version = present.Version + 1,
        };
        return new(next, UserEvents.AccessChanged, JsonSerializer.Serialize(new(user.Id, user.Role, user.FactoryId), UserEventsJson.Default.UserAccess))
        {
            Audit = UserAudit.AccessChanged(present, next),
        };
    }

    /// <summary>Later than the change before, whatever the clock says: versions for administrators and profiles come from it.</summary>
    public static DateTimeOffset After(DateTimeOffset? before, DateTimeOffset now) => before is { } last && last >= now ? last.AddMilliseconds(1) : now;

    /// <summary>Whether the command, if it is carried out, takes away somebody who can administer.</summary>
    public static bool EndsAdministrator(UserState? state, AdministerUser command, Caller caller) =>
        state is { User.Role: UserRole.Admin, Locked: false }
        && Permissions.Allows(caller, Permission.ChangeAccess)
        && (command.Role.Or(UserRole.Admin) != UserRole.Admin || command.Locked.Or(false));

    /// <summary>The user, for administrators.</summary>
    public static AdminUser Inspect(UserState? state, Caller caller)
    {
        Permissions.Ensure(caller, Permission.ListUsers, "Only an administrator may see this.");
        return ForAdmin(Present(state));
    }

    /// <summary>The user, whom the caller may act as.</summary>
    public static UserState Impersonable(UserState? state, Caller caller)
    {
        Permissions.Ensure(caller, Permission.Impersonate, "Only an administrator may act as somebody else.");
        var present = Present(state);
        if (present.User.Role == UserRole.Admin)
        {
            throw Errors.Forbidden("Nobody acts as an administrator.");
        }

        return present.Locked ? throw new AppException(ErrorKind.Conflict, "USER_LOCKED", "The user is locked.") : present;
    }

    /// <summary>The state of a user who is not kept out. Only who has proved himself is told so.</summary>
    public static UserState Unlocked(UserState state) => state.Locked
        ? throw new AppException(ErrorKind.Forbidden, "ACCOUNT_LOCKED", "An administrator has locked this account.")
        : state;

    public static AdminUser ForAdmin(UserState state) => new()
    {
        Id = state.User.Id,
        Email = state.User.Email,
        EmailVerified = state.EmailVerifiedAt is not null,
        Username = state.User.Username,
        Tier = state.User.Tier,
        Role = state.User.Role,
        FactoryId = state.User.FactoryId,
        Locked = state.Locked,
        CreatedAt = state.User.CreatedAt,
        UpdatedAt = state.User.UpdatedAt,
    };
}
