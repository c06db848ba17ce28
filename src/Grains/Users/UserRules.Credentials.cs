using System.Net.Mail;
using System.Text;
using System.Text.Json;
using Actors.Audit;

namespace Actors.Users;

/// <summary>How a user proves who he is. Pure.</summary>
internal static partial class UserRules
{
    public static void ValidatePassword(string field, string? password) => new Validator().Password(field, password).ThrowIfInvalid();

    /// <summary>The address is proved; null if it was before.</summary>
    public static Change<UserState>? ConfirmEmail(UserState? state, string id, ConfirmEmail command, DateTimeOffset now)
    {
        if (state is null)
        {
            var user = new User { Id = id, Email = NormalizeEmail(command.Email), CreatedAt = now, UpdatedAt = now };
            var registered = new UserState(user, PasswordHash: "", Version: 1) { EmailVerifiedAt = now };
            return Tell(registered, now, UserEvents.Registered, UserAudit.Registered(registered) with { Actor = AuditActor.User(id) });
        }

        if (state.User.Email != NormalizeEmail(command.Email))
        {
            throw NotFound();
        }

        if (Unlocked(state).EmailVerifiedAt is not null)
        {
            return null;
        }

        // Whoever registered with the address may have been somebody else, who waits for its owner to come: neither his password
        // holds, nor may his second factor keep the owner out.
        var next = state with { EmailVerifiedAt = now, Version = state.Version + 1 };
        if (!command.ByHimself && state.PasswordHash.Length > 0)
        {
            next = next with { PasswordHash = "", CredentialsChangedAt = now, Sessions = [], TwoFactor = null };
        }

        return Tell(next, now, UserEvents.EmailConfirmed, UserAudit.Credentials(AuditActions.EmailConfirmed, state, next));
    }

    public static Change<UserState> SetPassword(UserState? state, string passwordHash, DateTimeOffset now)
    {
        var present = Unlocked(Present(state));
        var next = present with
        {
            EmailVerifiedAt = present.EmailVerifiedAt ?? now,
            TwoFactor = present.EmailVerifiedAt is null ? null : present.TwoFactor, // it may be of who registered with the address
        };
        return ReplacePassword(present, next with { Sessions = [] }, passwordHash, AuditActions.PasswordReset, now);
    }

    /// <summary>A new password for who knows the present one; of his sessions only the one that asks goes on.</summary>
    public static Change<UserState> ChangePassword(UserState? state, bool knowsPresent, string passwordHash, string sessionId, DateTimeOffset now)
    {
        var present = Present(state);
        return knowsPresent
            ? ReplacePassword(
                present, present with { Sessions = [.. present.Sessions.Where(s => s.Id == sessionId)] }, passwordHash, AuditActions.PasswordChanged, now)
            : throw WrongPassword();
    }

    public const string WrongPasswordCode = "WRONG_PASSWORD";

    /// <summary>403: the password is another one.</summary>
    public static AppException WrongPassword() => new(ErrorKind.Forbidden, WrongPasswordCode, "The present password is another one.");

    /// <summary>Whether an account at a provider may be linked by its address.</summary>
    public static void ValidateIdentity(ForeignIdentity identity)
    {
        new Validator().Text("provider", identity.Provider, 50).Text("subject", identity.Subject, ForeignIdentity.MaxSubject).ThrowIfInvalid();
        if (!identity.IsEmailVerified || identity.Email is not { Length: <= UserLimits.Email } email || !IsEmail(email))
        {
            throw new AppException(
                ErrorKind.Forbidden, "EMAIL_NOT_VERIFIED", "The provider does not say that the address is yours: prove it there first.");
        }
    }

    /// <summary>The caller's own account; not even an administrator changes the password of another.</summary>
    public static UserState Own(UserState? state, Caller caller)
    {
        var present = state is { DeletedAt: null } && RelationOf(state, caller) == Relation.Own ? state : throw NotFound();
        Permissions.Ensure(caller, Permission.ChangeCredentials, "Only the user himself may do this.", Relation.Own);
        return present;
    }

    /// <summary>An address that one mail can be sent to.</summary>
    public static Validator Email(this Validator validator, string field, string? email) => validator
        .Text(field, email, UserLimits.Email)
        .That(IsEmail(email), field, "must be an e-mail address");

    public static Validator Password(this Validator validator, string field, string? password) => validator
        .Text(field, password, int.MaxValue)
        .That(password?.Length >= UserLimits.PasswordMin, field, $"must be at least {UserLimits.PasswordMin} characters")
        .That(
            Encoding.UTF8.GetByteCount(password ?? "") <= UserLimits.PasswordMaxBytes,
            field,
            $"must be at most {UserLimits.PasswordMaxBytes} bytes");

    private static bool IsEmail(string? email) =>
        email is not null
        && !email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
        && MailAddress.TryCreate(email, out var address)
        && address.Address == email;

    private static Change<UserState> ReplacePassword(UserState before, UserState after, string passwordHash, string action, DateTimeOffset now)
    {
        var next = after with { PasswordHash = passwordHash, CredentialsChangedAt = now, Version = before.Version + 1 };
        return Tell(next, now, UserEvents.PasswordChanged, UserAudit.Credentials(action, before, next));
    }

    private static Change<UserState> Tell(UserState next, DateTimeOffset now, string kind, AuditNote audit) => new(
        next with { User = next.User with { UpdatedAt = After(next.User.UpdatedAt, now) } },
        kind,
        JsonSerializer.Serialize(new(next.User.Id, next.User.Role, next.User.FactoryId), UserEventsJson.Default.UserAccess))
    {
        Audit = audit,
    };
}
