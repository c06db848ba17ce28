using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;

namespace Actors.Users;

/// <summary>What may happen to the sessions of a user. Pure.</summary>
internal static class SessionRules
{
    /// <summary>A new session, the last one of the state. Those that are over go, and the one unused for longest when there are too many.</summary>
    public static Change<UserState> Open(UserState? state, string id, Device device, string grant, TokenOptions options, DateTimeOffset now)
    {
        var present = UserRules.Unlocked(UserRules.Present(state ?? throw Unauthenticated()));
        new Validator().OptionalText("deviceName", device.Name, SessionLimits.DeviceName).ThrowIfInvalid();
        var opened = new SessionState(id, present.User.Id, device, now, now, now + options.RefreshLifetime, Generation: 1, now);
        return Add(present with { User = present.User with { LastLoginAt = now } }, opened, UserAudit.LoggedIn(present.User.Id, id, grant), now);
    }

    /// <summary>A session in which an administrator acts as the user. It has an end, and no refresh token.</summary>
    public static Change<UserState> Impersonate(UserState? state, string id, Caller caller, DateTimeOffset now)
    {
        var present = UserRules.Impersonable(state, caller);
        var device = new Device(Name: null, UserAgent: null, Ip: null); // the administrator's is not the user's business
        var opened = new SessionState(id, present.User.Id, device, now, now, now + Impersonation.Lifetime, Generation: 1, now) { ImpersonatorId = caller.UserId };
        return Add(present, opened, UserAudit.Impersonated(opened), now);
    }

    /// <summary>
    /// Exchanges the present refresh token. The one before it changes nothing for a while: its owner may have lost the answer. An older one
    /// was used by two, so the session ends (and the caller is refused).
    /// </summary>
    public static Change<UserState>? Refresh(UserState state, SessionState session, long generation, TokenOptions options, DateTimeOffset now)
    {
        if (generation == session.Generation)
        {
            var next = session with
            {
                Generation = generation + 1,
                RotatedAt = now,
                LastSeenAt = now,
                ExpiresAt = now + options.RefreshLifetime,
            };
            return Changed(state, state.Sessions.Replace(session, next), UserEvents.SessionUsed, [session.Id]);
        }

        return generation == session.Generation - 1 && now <= session.RotatedAt + options.RefreshGrace
            ? null
            : End(state, s => s.Id == session.Id, AuditActions.RefreshReplayed);
    }

    /// <summary>Ends sessions; null if there are none.</summary>
    public static Change<UserState>? End(UserState state, Func<SessionState, bool> ends, string action)
    {
        ImmutableArray<string> ended = [.. state.Sessions.Where(ends).Select(s => s.Id)];
        return ended.IsEmpty
            ? null
            : Changed(state, [.. state.Sessions.Where(s => !ends(s))], UserEvents.SessionsEnded, ended) with { Audit = UserAudit.SessionsEnded(action, ended) };
    }

    /// <summary>Writes when sessions were last used.</summary>
    public static Change<UserState>? Seen(UserState state, IReadOnlyDictionary<string, DateTimeOffset> seen)
    {
        ImmutableArray<SessionState> next = [.. state.Sessions.Select(s => seen.TryGetValue(s.Id, out var at) && at > s.LastSeenAt ? s with { LastSeenAt = at } : s)];
        ImmutableArray<string> used = [.. next.Except(state.Sessions).Select(s => s.Id)];
        return used.IsEmpty ? null : Changed(state, next, UserEvents.SessionUsed, used);
    }

    /// <summary>401 for a refresh token that is not one, or of a session that is over.</summary>
    public static AppException InvalidRefreshToken() => new(ErrorKind.Unauthenticated, "INVALID_REFRESH_TOKEN", "The refresh token does not hold; log in.");

    private static Change<UserState> Add(UserState present, SessionState opened, AuditNote audit, DateTimeOffset now)
    {
        var kept = present.Sessions.Where(s => s.ExpiresAt > now).OrderByDescending(s => s.LastSeenAt).Take(SessionLimits.PerUser - 1);
        return Changed(present, [.. kept.OrderBy(s => s.CreatedAt), opened], UserEvents.SessionOpened, [opened.Id]) with { Audit = audit };
    }

    private static AppException Unauthenticated() => Errors.Unauthenticated();

    private static Change<UserState> Changed(UserState state, ImmutableArray<SessionState> sessions, string kind, ImmutableArray<string> ids) => new(
        state with { Sessions = sessions, Version = state.Version + 1 },
        kind,
        JsonSerializer.Serialize(new(state.User.Id, ids), UserEventsJson.Default.ChangedSessions));
}
