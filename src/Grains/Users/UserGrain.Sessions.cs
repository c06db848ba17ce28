using System.Collections.Immutable;
using Actors.Audit;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>What the grain of a user tells itself.</summary>
internal interface IUserSelf : IGrainWithStringKey
{
    /// <summary>Writes when the sessions were last used.</summary>
    [Alias("note-use"), OneWay]
    Task NoteUse();
}

/// <content>Sessions: who may come in, and how often. The count of requests and the time of the last one are memory.</content>
internal sealed partial class UserGrain : IUserSelf
{
    private static readonly TimeSpan NoteUseEvery = TimeSpan.FromHours(1);

    private readonly RateWindow _requests = new();
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private Caller? _caller;
    private DateTimeOffset _notedAt;

    public async Task<SignedIn> SignUp(RegisterUser command, Device device)
    {
        await Register(command);
        return await OpenSessionAsync(device, SignInGrants.Registration);
    }

    public async Task<SignedIn> SignIn(SignIn command)
    {
        await access.Lockout.CheckAsync(command.Email, command.Device.Ip);
        if (!await passwords.VerifyAsync(command.Password, State?.PasswordHash))
        {
            await access.Lockout.FailAsync(command.Email, command.Device.Ip, Id, UserAudit.LogInFailed(SignInGrants.Password));
            throw new AppException(ErrorKind.Unauthenticated, "INVALID_CREDENTIALS", "E-mail address or password is wrong.");
        }

        await ClearLockoutAsync(command.Email);
        if (passwords.NeedsRehash(State!.PasswordHash))
        {
            var hash = await passwords.HashAsync(command.Password);
            await ExecuteAsync(() => UserRules.Rehash(State!, hash), _ => true, KeyFor("rehash"));
        }

        return await OpenSessionAsync(command.Device, SignInGrants.Password);
    }

    public Task<SignedIn> OpenSession(Device device, string grant)
    {
        EnsureSystem();
        return OpenSessionAsync(device, grant);
    }

    public async Task<SignedIn> Refresh(string refreshToken, Device device)
    {
        await access.Lockout.CheckAsync(State?.User.Email, device.Ip);
        var session = RefreshToken.TryRead(refreshToken, out var token) && token.UserId == Id && access.Tokens.IsGenuine(token) ? Find(token.SessionId) : null;
        if (session is null || token!.Generation > session.Generation)
        {
            await access.Lockout.FailAsync(email: null, device.Ip, Id, UserAudit.LogInFailed(SignInGrants.Refresh));
            throw SessionRules.InvalidRefreshToken();
        }

        // Without the command's key: an exchange is safe to repeat by itself, for as long as the grace lasts.
        await WithoutKeyAsync(() => ExecuteAsync(() => SessionRules.Refresh(State!, session, token.Generation, access.TokenOptions, Now), _ => true));
        return Find(session.Id) is { } next ? await access.Tokens.IssueAsync(State!.User, next) : throw SessionRules.InvalidRefreshToken();
    }

    public Task<Admission> Admit(string sessionId)
    {
        var now = Now;
        if (Find(sessionId) is not { } session)
        {
            return Task.FromResult(new Admission(Caller: null, RateDecision.Unlimited));
        }

        if (_seen.Count > 2 * SessionLimits.PerUser)
        {
            _seen.Clear(); // most are of sessions that ended
        }

        _seen[sessionId] = now;
        if (now - session.LastSeenAt > NoteUseEvery && now - _notedAt > NoteUseEvery)
        {
            _notedAt = now;
            this.AsReference<IUserSelf>().NoteUse().Ignore();
        }

        var user = State!.User;
        var caller = session.ImpersonatorId is null ? CallerOf(user) : CallerOf(user) with { ImpersonatorId = session.ImpersonatorId };
        var rate = _requests.Take(access.RateLimits.Of(user.Tier), access.RateLimits.Window, now);
        if (rate.Remaining == rate.Limit - 1)
        {
            DelayDeactivation(access.RateLimits.Window); // an idle grain would forget its count
        }

        return Task.FromResult(new Admission(caller, rate));
    }

    public Task<bool> IsSessionAlive(string sessionId) => Task.FromResult(Find(sessionId) is not null);

    public Task<ImmutableArray<UserSession>> Sessions()
    {
        var now = Now;
        return Task.FromResult<ImmutableArray<UserSession>>(
        [
            .. UserRules.Visible(State, Caller.Current!).Sessions.Where(s => s.ExpiresAt > now).Select(s => new UserSession
            {
                Id = s.Id,
                Device = s.Device,
                CreatedAt = s.CreatedAt,
                LastSeenAt = _seen.TryGetValue(s.Id, out var at) && at > s.LastSeenAt ? at : s.LastSeenAt,
                ExpiresAt = s.ExpiresAt,
                IsImpersonation = s.ImpersonatorId is not null,
            }).OrderByDescending(s => s.LastSeenAt),
        ]);
    }

    public Task EndSessions(SessionScope scope, string sessionId)
    {
        new Validator().Defined("scope", scope).ThrowIfInvalid();
        return ExecuteAsync(
            () => SessionRules.End(scope == SessionScope.This ? UserRules.Visible(State, Caller.Current!) : MayEnd(), s => scope switch
            {
                SessionScope.This => s.Id == sessionId,
                SessionScope.Others => s.Id != sessionId,
                _ => true,
            }, scope == SessionScope.This ? AuditActions.LoggedOut : AuditActions.SessionsEnded),
            _ => true);
    }

    public Task EndSession(string sessionId) => ExecuteAsync(
        () => SessionRules.End(MayEnd(), s => s.Id == sessionId, AuditActions.SessionsEnded)
            ?? throw new AppException(ErrorKind.NotFound, "SESSION_NOT_FOUND", "There is no such session."),
        _ => true);

    public async Task NoteUse()
    {
        Caller.Current = Caller.System;
        await WithoutKeyAsync(() => ExecuteAsync(() => SessionRules.Seen(State!, _seen), _ => true));
    }

    private UserState MayEnd() => UserRules.MayEndSessions(State, Caller.Current!);

    /// <summary>Failures are forgotten once all is proved: the first factor alone must not give new tries for the second.</summary>
    private Task ClearLockoutAsync(string email) => TwoFactorRules.IsEnabled(State) ? Task.CompletedTask : access.Lockout.ClearAsync(email);

    /// <summary>Opens a session for a user who has proved who he is; 401 with a challenge if that asks for a second factor.</summary>
    private async Task<SignedIn> OpenSessionAsync(Device device, string grant)
    {
        if (TwoFactorRules.IsEnabled(State))
        {
            throw access.SecondFactor.Required(State!, grant, Now);
        }

        var id = await ExecuteAsync(
            () => SessionRules.Open(State, Ids.New(Now), device, grant, access.TokenOptions, Now), state => state!.Sessions[^1].Id, KeyFor("session"));
        return await access.Tokens.IssueAsync(State!.User, Find(id) ?? throw Errors.Unauthenticated());
    }

    // One command, several commits: each has a key of its own. What is kept with it holds no token.
    private static CommandKey? KeyFor(string part) => CommandKey.Current is { } key ? key with { Value = $"{part}:{key.Value}" } : null;

    private static async Task<T> WithoutKeyAsync<T>(Func<Task<T>> action)
    {
        CommandKey.Current = null;
        return await action();
    }

    private Caller CallerOf(User user)
    {
        if (_caller is null || (_caller.Role, _caller.FactoryId) != (user.Role, user.FactoryId))
        {
            _caller = new Caller { UserId = user.Id, Role = user.Role, FactoryId = user.FactoryId };
        }

        return _caller;
    }

    private SessionState? Find(string sessionId)
    {
        foreach (var session in State?.Sessions ?? [])
        {
            if (session.Id == sessionId)
            {
                return session.ExpiresAt > Now ? session : null;
            }
        }

        return null;
    }
}
