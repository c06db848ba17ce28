using System.Collections.Immutable;
using System.Text.Json;
using Actors.Storage;

namespace Actors.Users;

/// <summary>How an account ends. Pure.</summary>
internal static class AccountRules
{
    /// <summary>Where the address of a user who is gone points: to nowhere (RFC 2606).</summary>
    private const string Nowhere = "deleted.invalid";

    /// <summary>Whether the caller need not prove more than that he is signed in.</summary>
    public static bool IsFresh(UserState state, string sessionId, DateTimeOffset now) =>
        state.Sessions.Any(s => s.Id == sessionId && s.CreatedAt > now - UserLimits.FreshSignIn);

    /// <summary>
    /// The row stays, for orders, logs and messages refer to it, and says nothing about him any more; profile and sessions go. His address is
    /// free for another account.
    /// </summary>
    /// <param name="state">The user.</param>
    /// <param name="openWorkOrder">An order of his that is not over, if there is one.</param>
    /// <param name="answers">The answers kept for commands that he might have repeated: they hold what he was called.</param>
    /// <param name="now">When.</param>
    public static Change<UserState> Delete(UserState? state, string? openWorkOrder, ImmutableArray<RowChange> answers, DateTimeOffset now)
    {
        var present = UserRules.Present(state);
        if (openWorkOrder is not null)
        {
            throw new AppException(
                ErrorKind.Conflict, "OPEN_WORK_ORDERS", "Some of your work orders are not over: complete, cancel or delete them first.");
        }

        var nobody = new User
        {
            Id = present.User.Id,
            Email = $"{Ids.New(now)}@{Nowhere}", // unique, and not to be guessed: nobody can have it first
            CreatedAt = present.User.CreatedAt,
            UpdatedAt = now,
        };
        var next = new UserState(nobody, PasswordHash: "", present.Version + 1) { DeletedAt = now };
        return new(
            next,
            UserEvents.Deleted,
            JsonSerializer.Serialize(new(nobody.Id), UserEventsJson.Default.ChangedUser),
            answers)
        {
            Audit = UserAudit.Deleted(present, next),
        };
    }

    /// <summary>403: he must prove himself, and did not.</summary>
    public static AppException ProofNeeded() =>
        new(ErrorKind.Forbidden, "PROOF_NEEDED", "Give your password, or log in anew and try within ten minutes.");
}
