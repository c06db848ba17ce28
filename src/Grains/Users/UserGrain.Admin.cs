namespace Actors.Users;

/// <content>What administrators do.</content>
internal sealed partial class UserGrain
{
    public Task<User> ChangeAccess(ChangeUserAccess command) =>
        AdministerAsync(new AdministerUser { Role = command.Role, FactoryId = command.FactoryId }, state => state.User);

    public Task<AdminUser> Administer(AdministerUser command) => AdministerAsync(command, UserRules.ForAdmin);

    public Task<AdminUser> Inspect() => Task.FromResult(UserRules.Inspect(State, Caller.Current!));

    public async Task<Impersonation> Impersonate()
    {
        var id = await ExecuteAsync(() => SessionRules.Impersonate(State, Ids.New(Now), Caller.Current!, Now), state => state!.Sessions[^1].Id);
        return await access.Tokens.ImpersonateAsync(State!.User, Find(id) ?? throw Errors.Unauthenticated());
    }

    private async Task<T> AdministerAsync<T>(AdministerUser command, Func<UserState, T> answer)
    {
        if (UserRules.EndsAdministrator(State, command, Caller.Current!))
        {
            await GrainFactory.GetGrain<IAdministratorsGrain>(0).Leave(Id);
        }

        return await ExecuteAsync(() => UserRules.Administer(State, command, Caller.Current!, Now), state => answer(state!));
    }
}
