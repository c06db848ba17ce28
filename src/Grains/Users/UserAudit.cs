using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Actors.Audit;

namespace Actors.Users;

/// <summary>What the audit log says of a user's commands. Pure.</summary>
internal static class UserAudit
{
    public static AuditNote Registered(UserState user) => Note(AuditActions.Registered, Access(null, user));

    /// <summary>A session was opened. The actor is the user: he has proved who he is, whoever opens it for him.</summary>
    public static AuditNote LoggedIn(string userId, string sessionId, string grant) => ByHimself(
        userId, AuditActions.LoggedIn, AuditChanges.Of(("grant", null, grant), ("session", null, sessionId)));

    /// <summary>Sessions were ended, as <paramref name="action"/> says.</summary>
    public static AuditNote SessionsEnded(string action, ImmutableArray<string> ids) => Note(
        action, AuditChanges.Of(("sessions", new JsonArray([.. ids.Select(id => (JsonNode)id)]), new JsonArray())));

    /// <summary>A credential of the user was proved, changed or taken away, by himself.</summary>
    public static AuditNote Credentials(string action, UserState? before, UserState after) => ByHimself(
        after.User.Id,
        action,
        AuditChanges.Of(
            ("emailVerified", before?.EmailVerifiedAt is not null, after.EmailVerifiedAt is not null),
            ("hasPassword", before?.PasswordHash.Length > 0, after.PasswordHash.Length > 0),
            ("sessions", before?.Sessions.Length ?? 0, after.Sessions.Length)));

    public static AuditNote IdentityLinked(string userId, string provider) => ByHimself(
        userId, AuditActions.IdentityLinked, AuditChanges.Of(("provider", null, provider)));

    /// <summary>What he says of himself is nobody else's business, and may go with him: the fields' names tell enough.</summary>
    public static AuditNote ProfileChanged(IEnumerable<string> fields) => Note(
        AuditActions.ProfileChanged, AuditChanges.Of(("fields", null, new JsonArray([.. fields.Select(field => (JsonNode)field)]))));

    public static AuditNote Deleted(UserState before, UserState after) => Note(AuditActions.Deleted, Access(before, after));

    public static AuditNote TwoFactor(string action) => Note(action, AuditChanges.None);

    public static AuditNote Exported() => Note(AuditActions.Exported, AuditChanges.None);

    public static AuditNote AccessChanged(UserState before, UserState after) => Note(AuditActions.AccessChanged, Access(before, after));

    /// <summary>The calling administrator begins to act as the user.</summary>
    public static AuditNote Impersonated(SessionState session) => Note(
        AuditActions.Impersonated, AuditChanges.Of(("session", null, session.Id), ("until", null, session.ExpiresAt.UtcDateTime)));

    /// <summary>A proof failed. Who tried is not known: nothing was proved.</summary>
    public static AuditNote LogInFailed(string grant) => Note(AuditActions.LogInFailed, AuditChanges.Of(("grant", null, grant))) with
    {
        Actor = AuditActor.Nobody,
    };

    private static string Access(UserState? before, UserState after) => AuditChanges.Of(
        ("role", before is null ? null : WireName.Of(before.User.Role), WireName.Of(after.User.Role)),
        ("tier", before is null ? null : WireName.Of(before.User.Tier), WireName.Of(after.User.Tier)),
        ("factoryId", before?.User.FactoryId, after.User.FactoryId),
        ("locked", before?.Locked ?? false, after.Locked));

    private static AuditNote ByHimself(string userId, string action, string changes) =>
        Note(action, changes) with { Actor = AuditActor.User(userId) };

    private static AuditNote Note(string action, string changes) => new(action, AuditEntities.User, changes);
}

/// <summary>By what a user proves who he is, as the audit log names it; a provider of identities is named by itself.</summary>
internal static class SignInGrants
{
    public const string Registration = "registration";
    public const string Password = "password";
    public const string PasswordChange = "password-change";
    public const string Code = "code";
    public const string SecondFactor = "second-factor";
    public const string Refresh = "refresh";
}
