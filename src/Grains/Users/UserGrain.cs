using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.Users;

/// <summary>One user. Key: the user's id. Owns: the password's hash never leaves. Durable once a method returns.</summary>
internal sealed partial class UserGrain(EntityServices services, PasswordHasher passwords, AccessServices access)
    : EntityGrain<UserState>(services), IUserGrain
{
    protected override string Topic => UserEvents.Topic(Id);

    protected override Table<UserState> Root => UserState.Table;

    public async Task<User> Register(RegisterUser command)
    {
        UserRules.Validate(command);
        var hash = State is null ? await passwords.HashAsync(command.Password) : "";
        return await ExecuteAsync(() => UserRules.Register(State, Id, command, hash, Now), state => state!.User);
    }

    public Task<User> Get() => Task.FromResult(UserRules.Visible(State, Caller.Current!).User);

    public Task<User> ChangeAccess(ChangeUserAccess command) =>
        ExecuteAsync(() => UserRules.ChangeAccess(State, command, Caller.Current!, Now), state => state!.User);

    protected override Task<UserState?> LoadAsync(CancellationToken cancellationToken) =>
        UserState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<RowChange> ChildChanges(UserState? before, UserState after) =>
        SessionState.Changes(before?.Sessions ?? [], after.Sessions);

    protected override ImmutableArray<string> Audience(UserState state) => [Actors.Audience.User(state.User.Id)];

    protected override AppException Refusal(string? constraint) => constraint == "users_email_key"
        ? new(ErrorKind.Conflict, "EMAIL_TAKEN", "This e-mail address has an account already.")
        : Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");
}
