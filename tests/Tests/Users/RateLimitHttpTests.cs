using System.Net;
using Actors.Infrastructure;

namespace Actors.Users;

/// <summary>How many requests pass.</summary>
public sealed class RateLimitHttpTests
{
    [Fact]
    public async Task By_default_a_free_user_has_100_requests_a_window_and_is_told_how_he_stands()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string> { ["RateLimits__Free"] = "100" });
        var user = await ActorsClient.RegisteredAsync(actors.Client);

        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => user.GetAsync("/api/v1/auth/me")));

        Assert.Equal(100, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.All(answers, a => Assert.Equal("100", Header(a, "RateLimit-Limit")));
        Assert.Equal(Enumerable.Range(0, 100), answers.Where(a => a.Status == HttpStatusCode.OK).Select(a => int.Parse(Header(a, "RateLimit-Remaining"), null)).Order());
        var refused = answers.First(a => a.Status != HttpStatusCode.OK).ExpectError(HttpStatusCode.TooManyRequests, "RATE_LIMIT_EXCEEDED");
        Assert.Equal("Rate limit exceeded", refused.Error.GetProperty("message").GetString());
        Assert.Equal(("0", Header(refused, "RateLimit-Reset")), (Header(refused, "RateLimit-Remaining"), Header(refused, "Retry-After")));
        Assert.InRange(int.Parse(Header(refused, "Retry-After"), null), 600, 900);
        (await new ActorsClient(actors.Client).GetAsync("/health/live")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_window_ends_and_another_begins()
    {
        await using var app = new ActorsApp(settings: [("RateLimits:Free", "2"), ("RateLimits:Window", "00:00:02")]);
        var user = await app.RegisterAsync();
        await user.GetAsync("/api/v1/auth/me");
        await user.GetAsync("/api/v1/auth/me");
        (await user.GetAsync("/api/v1/auth/me")).ExpectError(HttpStatusCode.TooManyRequests, "RATE_LIMIT_EXCEEDED");

        await Waiting.UntilAsync(
            async () => (await user.GetAsync("/api/v1/auth/me")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(10), () => "No other window began.");
    }

    [Fact]
    public async Task Routes_without_a_token_are_limited_by_address_and_a_header_does_not_make_another_address()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string>
        {
            ["RateLimits__Login"] = "3",
            ["Passwords__BcryptCost"] = "4",
        });
        var nobody = new ActorsClient(actors.Client);

        var codes = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            var answer = await nobody.SendAsync(
                HttpMethod.Post,
                "/api/v1/auth/login",
                new { email = $"nobody-{i}@example.org", password = "wrong password" },
                ("X-Forwarded-For", $"203.0.113.{i}"),
                ("Forwarded", $"for=203.0.113.{i}"),
                ("X-Real-IP", $"203.0.113.{i}"));
            codes.Add(answer.Code);
        }

        Assert.Equal(["INVALID_CREDENTIALS", "INVALID_CREDENTIALS", "INVALID_CREDENTIALS", "RATE_LIMIT_EXCEEDED", "RATE_LIMIT_EXCEEDED"], codes);
        (await nobody.RegisterAsync()).Expect(HttpStatusCode.Created); // another purpose, another count
    }

    [Fact]
    public async Task A_proxy_in_a_configured_network_is_believed_about_its_client()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string>
        {
            ["RateLimits__Login"] = "1",
            ["ForwardedHeaders__KnownNetworks__0"] = "127.0.0.0/8",
            ["Passwords__BcryptCost"] = "4",
        });
        var nobody = new ActorsClient(actors.Client);

        for (var i = 0; i < 3; i++)
        {
            (await LoginFromAsync($"203.0.113.{i}")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
            (await LoginFromAsync($"203.0.113.{i}")).ExpectError(HttpStatusCode.TooManyRequests, "RATE_LIMIT_EXCEEDED");
        }

        Task<Answer> LoginFromAsync(string address) => nobody.SendAsync(
            HttpMethod.Post, "/api/v1/auth/login", new { email = $"{address}@example.org", password = "wrong password" }, ("X-Forwarded-For", address));
    }

    private static string Header(Answer answer, string name) => Assert.Single(answer.Message.Headers.GetValues(name));
}
