using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Users;

/// <summary>What is remembered of a browser on its way to a provider, and who owns an account there.</summary>
public sealed class SignInFlowTests(SharedApps apps, PostgresServer server) : HttpTests
{
    private static readonly SignInFlow Flow = new()
    {
        Provider = "google",
        Browser = "browser",
        Nonce = "n",
        Verifier = "v",
        RedirectUri = "r",
        ReturnUrl = "/",
        Client = "test",
    };

    [Fact]
    public async Task A_flow_is_taken_once_by_the_browser_that_began_it()
    {
        var flow = Grain<ISignInFlowGrain>();
        await flow.Begin(Flow);

        Assert.Equal(Flow, await flow.Take("google", "browser"));
        Assert.Null(await flow.Take("google", "browser"));
    }

    [Theory]
    [InlineData("google", "another")]
    [InlineData("github", "browser")]
    public async Task A_flow_that_somebody_else_asked_for_is_over(string provider, string browser)
    {
        var flow = Grain<ISignInFlowGrain>();
        await flow.Begin(Flow);

        Assert.Null(await flow.Take(provider, browser));
        Assert.Null(await flow.Take("google", "browser"));
    }

    private static Device Unknown => new(Name: null, UserAgent: null, Ip: null);

    [Fact]
    public async Task Two_who_sign_in_at_once_by_one_account_are_one_user()
    {
        var identity = new ForeignIdentity
        {
            Provider = "google",
            Subject = $"{Guid.CreateVersion7()}",
            Email = $"{Guid.CreateVersion7():n}@Example.org",
            IsEmailVerified = true,
        };
        var grain = App.Services.GetRequiredService<IGrainFactory>().GetGrain<IIdentityGrain>(identity.Key());

        var sessions = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => grain.SignIn(identity, Unknown)));

        Assert.Single(sessions.Select(s => s.User.Id).Distinct());
        Assert.Equal(identity.Email.ToLowerInvariant(), sessions[0].User.Email);
    }

    [Fact]
    public async Task Nobody_but_the_system_says_what_a_user_has_proved()
    {
        var user = await App.RegisterAsync();
        var grain = App.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(user.UserId);
        Caller.Current = new Caller { UserId = user.UserId, Role = UserRole.Admin };

        foreach (var call in new Func<Task>[]
        {
            () => grain.ConfirmEmail(new ConfirmEmail(user.Email, ByHimself: true)),
            () => grain.SetPassword("staple battery horse"),
            () => grain.OpenSession(Unknown, "code"),
            grain.HasProvedEmail,
        })
        {
            Assert.Equal(ErrorKind.Forbidden, (await Assert.ThrowsAsync<AppException>(call)).Kind);
        }
    }

    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);

    private T Grain<T>() where T : IGrainWithStringKey =>
        App.Services.GetRequiredService<IGrainFactory>().GetGrain<T>($"{Guid.CreateVersion7()}");
}
