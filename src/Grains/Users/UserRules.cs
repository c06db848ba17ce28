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
        return new(
            new UserState(user, passwordHash, Version: 1),
            UserEvents.Registered,
            JsonSerializer.Serialize(new(id, user.Role, user.FactoryId), UserEventsJson.Default.UserAccess))
        {
            Audit = UserAudit.Registered(user),
        };
    }

    public static Change<UserState>? ChangeAccess(UserState? state, ChangeUserAccess command, Caller caller, DateTimeOffset now)
    {
        if (caller.Role != UserRole.Admin)
        {
            throw Errors.Forbidden("Only an administrator may change a user's access.");
        }

        var present = Present(state);
        new Validator()
            .Defined("role", command.Role)
            .OptionalText("factoryId", command.FactoryId, Ids.MaxLength)
            .That(command.Role != UserRole.Manager || command.FactoryId is not null, "factoryId", "is needed for a manager")
            .ThrowIfInvalid();
        var user = present.User with { Role = command.Role, FactoryId = command.FactoryId, UpdatedAt = now };
        return (user.Role, user.FactoryId) == (present.User.Role, present.User.FactoryId)
            ? null
            : new(
                present with { User = user, Version = present.Version + 1 },
                UserEvents.AccessChanged,
                JsonSerializer.Serialize(new(user.Id, user.Role, user.FactoryId), UserEventsJson.Default.UserAccess))
            {
                Audit = UserAudit.AccessChanged(present.User, user),
            };
    }

    /// <summary>The same password, hashed as the settings want it now.</summary>
    public static Change<UserState> Rehash(UserState state, string passwordHash) => new(
        state with { PasswordHash = passwordHash, Version = state.Version + 1 },
        UserEvents.PasswordRehashed,
        JsonSerializer.Serialize(new(state.User.Id, state.User.Role, state.User.FactoryId), UserEventsJson.Default.UserAccess));

    public static UserState Visible(UserState? state, Caller caller) =>
        caller.Role == UserRole.Admin || state?.User.Id == caller.UserId ? Present(state) : throw NotFound();

    /// <summary>The state of a user who has an account.</summary>
    public static UserState Present(UserState? state) => state is { DeletedAt: null } ? state : throw NotFound();

    public static string NormalizeEmail(string email) => email.Trim().ToLowerInvariant();

    /// <summary>Code of who is told that there is no such user.</summary>
    public const string NotFoundCode = "USER_NOT_FOUND";

    private static AppException NotFound() => new(ErrorKind.NotFound, NotFoundCode, "There is no such user.");
}
