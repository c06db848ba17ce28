using System.Text.Json;

namespace Actors.Users;

/// <summary>What may happen to a user. Pure.</summary>
internal static partial class UserRules
{
    public static void Validate(RegisterUser command) => new Validator()
        .Email("email", command.Email)
        .Password("password", command.Password)
        .OptionalText("username", command.Username, UserLimits.Username)
        .ThrowIfInvalid();

    public static Change<UserState> Register(UserState? state, string id, RegisterUser command, string passwordHash, DateTimeOffset now)
    {
        if (state is not null)
        {
            throw new AppException(ErrorKind.Conflict, "USER_EXISTS", "This user exists already.");
        }

        var user = new User
        {
            Id = id,
            Email = NormalizeEmail(command.Email),
            Username = command.Username,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var registered = new UserState(user, passwordHash, Version: 1);
        return new(
            registered,
            UserEvents.Registered,
            JsonSerializer.Serialize(new(id, user.Role, user.FactoryId), UserEventsJson.Default.UserAccess))
        {
            Audit = UserAudit.Registered(registered),
        };
    }

    /// <summary>The same password, hashed as the settings want it now.</summary>
    public static Change<UserState> Rehash(UserState state, string passwordHash) => new(
        state with { PasswordHash = passwordHash, Version = state.Version + 1 },
        UserEvents.PasswordRehashed,
        JsonSerializer.Serialize(new(state.User.Id, state.User.Role, state.User.FactoryId), UserEventsJson.Default.UserAccess));

    public static UserState Visible(UserState? state, Caller caller) =>
        state is { DeletedAt: null } && Permissions.Allows(caller, Permission.SeeUser, RelationOf(state, caller)) ? state : throw NotFound();

    /// <summary>The state of a user who has an account.</summary>
    public static UserState Present(UserState? state) => state is { DeletedAt: null } ? state : throw NotFound();

    /// <summary>The state, for a caller who may change what the user says of himself.</summary>
    public static UserState Describable(UserState? state, Caller caller)
    {
        var present = Visible(state, caller);
        Permissions.Ensure(caller, Permission.ChangeProfile, "Only the user himself or an administrator may do this.", RelationOf(present, caller));
        return present;
    }

    /// <summary>The state, for a caller who may end any session of the user.</summary>
    public static UserState MayEndSessions(UserState? state, Caller caller)
    {
        var present = Visible(state, caller);
        Permissions.Ensure(caller, Permission.EndSessions, "Only the user himself may end his sessions.", RelationOf(present, caller));
        return present;
    }

    private static Relation RelationOf(UserState state, Caller caller) => state.User.Id == caller.UserId ? Relation.Own : Relation.None;

    public static string NormalizeEmail(string email) => email.Trim().ToLowerInvariant();

    /// <summary>Code of who is told that there is no such user.</summary>
    public const string NotFoundCode = "USER_NOT_FOUND";

    private static AppException NotFound() => new(ErrorKind.NotFound, NotFoundCode, "There is no such user.");
}
