namespace Actors.Audit;

/// <summary>One line of the audit log: who did what to what, when and from where. Holds no secret.</summary>
[GenerateSerializer, Immutable, Alias("audit-entry")]
public sealed record AuditEntry
{
    /// <summary>Opaque id; grows with time.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>When, UTC.</summary>
    [Id(1)] public DateTimeOffset At { get; init; }

    /// <summary>Who did it; null for <see cref="PrincipalType.Anonymous"/>.</summary>
    [Id(2)] public string? ActorId { get; init; }

    /// <summary>What kind of caller he is.</summary>
    [Id(3)] public PrincipalType ActorType { get; init; }

    /// <summary>The administrator who acted as <see cref="ActorId"/>; null if that user himself did.</summary>
    [Id(4)] public string? ImpersonatorId { get; init; }

    /// <summary>The address of his network; null if it is not known.</summary>
    [Id(5)] public string? Ip { get; init; }

    /// <summary>What he did: one of <see cref="AuditActions"/>.</summary>
    [Id(6)] public required string Action { get; init; }

    /// <summary>The kind of thing he did it to, e.g. <c>user</c>.</summary>
    [Id(7)] public required string EntityType { get; init; }

    /// <summary>Which one.</summary>
    [Id(8)] public required string EntityId { get; init; }

    /// <summary>What changed, as a JSON object: <c>{"role":{"before":"operator","after":"manager"}}</c>.</summary>
    [Id(9)] public required string Changes { get; init; }

    /// <summary>The request it came with; null if it came with none.</summary>
    [Id(10)] public string? RequestId { get; init; }
}

/// <summary>Kinds of things that entries are about.</summary>
public static class AuditEntities
{
    /// <summary>A user; also one who does not exist, if somebody tried to log in as him.</summary>
    public const string User = "user";

    /// <summary>An address of the network.</summary>
    public const string Address = "address";

    /// <summary>A key that signs tokens.</summary>
    public const string Key = "key";

    /// <summary>A queue of jobs, by its name.</summary>
    public const string Queue = "queue";

    /// <summary>A job without a table of its own.</summary>
    public const string Job = "job";

    /// <summary>A 3D model.</summary>
    public const string Model = "model";

    /// <summary>A task.</summary>
    public const string Task = "task";

    /// <summary>A service that may call the API.</summary>
    public const string Client = "service-client";

    /// <summary>A work order.</summary>
    public const string WorkOrder = "work-order";

    /// <summary>The audit log itself.</summary>
    public const string Audit = "audit";
}

/// <summary>What is written down. New actions come; those that are there keep their meaning.</summary>
public static class AuditActions
{
    /// <summary>An account was made.</summary>
    public const string Registered = "user.registered";

    /// <summary>A session was opened; <c>grant</c> says by which proof.</summary>
    public const string LoggedIn = "user.logged-in";

    /// <summary>A proof failed; <c>grant</c> says which. The actor is nobody, for nothing was proved.</summary>
    public const string LogInFailed = "user.login-failed";

    /// <summary>Too many proofs failed: the account or the address is locked for a while.</summary>
    public const string LockedOut = "login.locked-out";

    /// <summary>A user ended the session that he used.</summary>
    public const string LoggedOut = "user.logged-out";

    /// <summary>Sessions of a user were ended.</summary>
    public const string SessionsEnded = "user.sessions-ended";

    /// <summary>A refresh token came again after its time: the session ended for both who had it.</summary>
    public const string RefreshReplayed = "user.refresh-replayed";

    /// <summary>A user proved his address; a password from before may have gone.</summary>
    public const string EmailConfirmed = "user.email-confirmed";

    /// <summary>A user changed his password.</summary>
    public const string PasswordChanged = "user.password-changed";

    /// <summary>A user set a new password by a code.</summary>
    public const string PasswordReset = "user.password-reset";

    /// <summary>An account of another system was linked to a user.</summary>
    public const string IdentityLinked = "user.identity-linked";

    /// <summary>Role, factory, tier or lock of a user changed.</summary>
    public const string AccessChanged = "user.access-changed";

    /// <summary>What a user says of himself changed: which fields, not what they say.</summary>
    public const string ProfileChanged = "user.profile-changed";

    /// <summary>Logins of a user ask for a second factor from now on.</summary>
    public const string TwoFactorEnabled = "user.two-factor-enabled";

    /// <summary>They do no more.</summary>
    public const string TwoFactorDisabled = "user.two-factor-disabled";

    /// <summary>A user has other recovery codes.</summary>
    public const string RecoveryCodesRenewed = "user.recovery-codes-renewed";

    /// <summary>A user deleted his account.</summary>
    public const string Deleted = "user.deleted";

    /// <summary>A user took his data along.</summary>
    public const string Exported = "user.exported";

    /// <summary>An administrator began to act as a user. What he does then has the user as its actor and names the administrator beside.</summary>
    public const string Impersonated = "user.impersonated";

    /// <summary>A new key signs tokens.</summary>
    public const string KeyRotated = "key.rotated";

    /// <summary>How a queue works was changed.</summary>
    public const string QueueConfigured = "queue.configured";

    /// <summary>A job that was over was begun anew by an operator.</summary>
    public const string JobRequeued = "job.requeued";

    /// <summary>A moderator took a model out of the gallery.</summary>
    public const string ModelTakenDown = "model.taken-down";

    /// <summary>A model that was taken out may be published again.</summary>
    public const string ModelRestored = "model.restored";

    /// <summary>A moderator found nothing wrong with a model that was reported.</summary>
    public const string ReportsDismissed = "model.reports-dismissed";

    /// <summary>A service was allowed to call the API.</summary>
    public const string ClientAdded = "client.added";

    /// <summary>A service is no longer allowed to.</summary>
    public const string ClientRemoved = "client.removed";

    /// <summary>A service got a token.</summary>
    public const string ClientLoggedIn = "client.logged-in";

    /// <summary>Somebody who did not know a service's secret asked for a token.</summary>
    public const string ClientLogInFailed = "client.login-failed";

    /// <summary>A draft was deleted.</summary>
    public const string WorkOrderDeleted = "work-order.deleted";

    /// <summary>A step was given to somebody else.</summary>
    public const string StepReassigned = "work-order.step-reassigned";

    /// <summary>So many entries about failed proofs were not written in the hour before: there were too many of them.</summary>
    public const string Suppressed = "audit.suppressed";
}
