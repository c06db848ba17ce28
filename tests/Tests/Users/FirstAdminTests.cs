using System.Net;
using System.Text.RegularExpressions;
using Actors.Infrastructure;

namespace Actors.Users;

/// <summary>How the first administrator comes to be, and that the last one stays.</summary>
public sealed partial class FirstAdminTests
{
    private const string Users = "/api/v1/admin/users";

    [Fact]
    public async Task Alone_and_without_settings_the_first_start_says_a_password_once_on_standard_output()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string> { ["Passwords__BcryptCost"] = "4" });
        await Waiting.UntilAsync(() => Task.FromResult(Told().IsMatch(actors.Output)), TimeSpan.FromSeconds(20), () => $"No password:\n{actors.Output}");
        var password = Told().Match(actors.Output).Groups["password"].Value;
        var admin = new ActorsClient(actors.Client);

        await admin.LoginAsync("admin@localhost", password);
        (await admin.GetAsync(Users)).Expect(HttpStatusCode.OK);
        await actors.RestartAsync();

        await admin.LoginAsync("admin@localhost", password);
        Assert.Single(Told().Matches(actors.Output));
        Assert.Equal(1, Regex.Count(actors.Output, Regex.Escape(password)));
    }

    [Fact]
    public async Task The_variables_of_the_environment_name_the_administrator_and_nothing_is_said()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string>
        {
            ["Passwords__BcryptCost"] = "4",
            ["ACTORS_ADMIN_EMAIL"] = "Boss@Example.org",
            ["ACTORS_ADMIN_PASSWORD"] = ActorsClient.Password,
        });
        var admin = await Administrator.LoginAsync(actors.Client, "boss@example.org");

        (await admin.GetAsync(Users)).Expect(HttpStatusCode.OK);
        Assert.DoesNotMatch(Told(), actors.Output);
        Assert.DoesNotContain(ActorsClient.Password, actors.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_leaves_the_administrators_factory_and_password_as_they_are()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string>
        {
            ["Passwords__BcryptCost"] = "4",
            ["ACTORS_ADMIN_EMAIL"] = "boss@example.org",
            ["ACTORS_ADMIN_PASSWORD"] = ActorsClient.Password,
        });
        var admin = await Administrator.LoginAsync(actors.Client, "boss@example.org");
        (await admin.SendAsync(HttpMethod.Patch, $"{Users}/{admin.UserId}", new { factoryId = "f-1" })).Expect(HttpStatusCode.OK);
        (await admin.PostAsync("/api/v1/auth/password", new { currentPassword = ActorsClient.Password, newPassword = "another password" })).Expect(HttpStatusCode.OK);
        var before = (await admin.GetAsync($"{Users}/{admin.UserId}")).ETag;

        await actors.RestartAsync();

        await admin.LoginAsync("boss@example.org", "another password");
        var after = (await admin.GetAsync($"{Users}/{admin.UserId}")).Expect(HttpStatusCode.OK);
        Assert.Equal(("f-1", before), (after.Data.GetProperty("factoryId").GetString(), after.ETag));
    }

    [Fact]
    public async Task Who_registered_with_the_administrators_address_before_does_not_become_one()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string> { ["Passwords__BcryptCost"] = "4" });
        var squatter = new ActorsClient(actors.Client);
        (await squatter.PostAsync("/api/v1/auth/register", new { email = "boss@example.org", password = "the squatter's own" })).Expect(HttpStatusCode.Created);
        await squatter.LoginAsync("boss@example.org", "the squatter's own");
        await using var again = new ActorsApp(null, ("ACTORS_DATA", actors.DataFolder), ("Admin:Email", "boss@example.org"));
        await actors.KillAsync();

        var admin = await Administrator.LoginAsync(again.CreateClient(), "boss@example.org");

        (await admin.GetAsync(Users)).Expect(HttpStatusCode.OK);
        var there = new ActorsClient(again.CreateClient()) { Token = squatter.Token };
        (await there.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await there.PostAsync("/api/v1/auth/login", new { email = "boss@example.org", password = "the squatter's own" }))
            .ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task The_last_administrator_can_be_neither_demoted_nor_locked_and_of_two_who_demote_each_other_one_stays()
    {
        await using var app = new ActorsApp();
        var (one, other) = (await app.AdminAsync(), await app.RegisterAsync());
        foreach (var change in new object[] { new { role = "operator" }, new { locked = true } })
        {
            (await one.SendAsync(HttpMethod.Patch, $"{Users}/{one.UserId}", change)).ExpectError(HttpStatusCode.Conflict, "LAST_ADMINISTRATOR");
        }

        (await one.SendAsync(HttpMethod.Put, $"/api/v1/users/{one.UserId}/access", new { role = "operator" })).ExpectError(HttpStatusCode.Conflict, "LAST_ADMINISTRATOR");
        (await one.SendAsync(HttpMethod.Patch, $"{Users}/{other.UserId}", new { role = "admin" })).Expect(HttpStatusCode.OK);

        var answers = await Task.WhenAll(
            one.SendAsync(HttpMethod.Patch, $"{Users}/{other.UserId}", new { role = "operator" }),
            other.SendAsync(HttpMethod.Patch, $"{Users}/{one.UserId}", new { locked = true }));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        var left = answers[0].Status == HttpStatusCode.OK ? one : other;
        (await left.GetAsync(Users)).Expect(HttpStatusCode.OK);
    }

    [GeneratedRegex(@"administrator +admin@localhost, password (?<password>\S{20}) ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Told();
}
