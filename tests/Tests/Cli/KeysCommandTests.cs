using System.Net;
using Actors.Infrastructure;
using Actors.Users;

namespace Actors.Cli;

/// <summary><c>actors keys rotate</c> beside a system that runs.</summary>
public sealed class KeysCommandTests
{
    [Fact]
    public async Task After_a_rotation_the_new_key_signs_and_older_tokens_hold()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        var before = TokenText.Header(user.Token!).GetProperty("kid").GetString()!;

        var (code, output, error) = await CommandLine.RunAsync(["keys", "rotate"], ("ACTORS_DATA", actors.DataFolder));
        await actors.RestartAsync(); // or half a minute

        Assert.True(code == ExitCodes.Done, error);
        var kid = output.Split(' ')[1];
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        await user.LoginAsync(user.Email, ActorsClient.Password);
        Assert.Equal(kid, TokenText.Header(user.Token!).GetProperty("kid").GetString());
        (await user.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        var published = (await user.GetAsync("/.well-known/jwks.json")).Expect(HttpStatusCode.OK).Text;
        Assert.Contains(kid, published, StringComparison.Ordinal);
        Assert.Contains(before, published, StringComparison.Ordinal);
    }
}
