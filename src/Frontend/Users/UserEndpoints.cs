using Actors.Infrastructure.Http;

namespace Actors.Users;

/// <summary>Accounts over HTTP.</summary>
internal static class UserEndpoints
{
    /// <summary>Maps <c>/auth</c> and <c>/users</c>.</summary>
    public static void MapUsers(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Auth");
        auth.MapPost("/register", Register).AllowAnonymous().Limit(RatePurpose.Register).AddEndpointFilter(PasswordGate.Filter)
            .Describe("register", "Create an account and log in");
        auth.MapPost("/login", Login).AllowAnonymous().Limit(RatePurpose.Login).AddEndpointFilter(PasswordGate.Filter)
            .Describe("login", "Log in");
        auth.MapCredentials();
        auth.MapTwoFactor();
        auth.MapOAuth();
        auth.MapGet("/me", GetMe).Describe("getMe", "The caller");

        var users = api.MapGroup("/users").WithTags("Users");
        users.MapProfiles();
        users.MapAccounts();
        users.MapPut("/{id}/access", ChangeAccess).Describe("changeUserAccess", "Give a user a role and a factory (administrators)");
    }

    private static async Task<Created<Session>> Register(RegisterRequest body, HttpContext context, IGrainFactory grains, TimeProvider time)
    {
        var command = body.ToCommand();
        var id = CallContext.NewId("user", command.Email, time);
        var signedIn = await grains.GetGrain<IUserGrain>(id).SignUp(command, ClientAddress.DeviceOf(context, body.DeviceName));
        return new(Session.Of(signedIn), $"/users/{Uri.EscapeDataString(id)}");
    }

    private static async Task<Answer<Session>> Login(LoginRequest body, HttpContext context, IGrainFactory grains)
    {
        var (email, password) = body.ToCredentials();
        var known = email.Length <= UserLimits.Email ? await grains.GetGrain<IUserQueriesGrain>(0).FindByEmail(email) : null;

        // Nobody has that id, but checking a password against nobody takes the same time: addresses cannot be probed.
        var id = known ?? UnknownUser.IdOf(email);
        var command = new SignIn { Email = email, Password = password, Device = ClientAddress.DeviceOf(context, body.DeviceName) };
        return Answers.Ok(Session.Of(await grains.GetGrain<IUserGrain>(id).SignIn(command)));
    }

    private static async Task<Answer<User>> GetMe(IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(Caller.Current!.UserId).Get());

    private static async Task<Answer<User>> ChangeAccess(string id, ChangeAccessRequest body, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(id).ChangeAccess(body.ToCommand()));
}
