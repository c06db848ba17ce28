using System.Diagnostics;
using System.Net;
using Actors.Infrastructure;
using Actors.Mail;

namespace Actors.Users;

/// <summary>What codes are limited by: time, clients, and what an answer's time may tell.</summary>
public sealed class EmailCodeLimitTests
{
    [Fact]
    public async Task A_client_asks_and_tries_a_limited_number_of_times_over_all_addresses()
    {
        await using var app = new ActorsApp(null, ("EmailCodes:PerClient", "3"), ("EmailCodes:TriesPerClient", "2"));
        for (var i = 0; i < 3; i++)
        {
            (await AskAsync(app, $"a{i}@example.org")).Expect(HttpStatusCode.Accepted);
        }

        var refused = (await AskAsync(app, "a3@example.org")).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.InRange(refused.Message.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(55), TimeSpan.FromHours(1));
        var code = await Mailbox.Of(app).CodeAsync("a2@example.org");
        (await VerifyAsync(app, "a0@example.org", Mailbox.Wrong(code))).Expect(HttpStatusCode.Unauthorized);
        (await VerifyAsync(app, "a1@example.org", Mailbox.Wrong(code))).Expect(HttpStatusCode.Unauthorized);
        (await VerifyAsync(app, "a2@example.org", code)).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.Equal(3, Mailbox.Of(app).All().Count);
    }

    [Fact]
    public async Task A_code_ends_with_its_time()
    {
        await using var app = new AppWithClock();
        (await AskAsync(app, "a@example.org")).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(app).CodeAsync("a@example.org");
        app.Clock.Ahead = TimeSpan.FromMinutes(10);

        (await VerifyAsync(app, "a@example.org", code)).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CODE");

        (await AskAsync(app, "b@example.org")).Expect(HttpStatusCode.Accepted);
        code = await Mailbox.Of(app).CodeAsync("b@example.org");
        app.Clock.Ahead += TimeSpan.FromMinutes(9);
        (await VerifyAsync(app, "b@example.org", code)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_answer_takes_as_long_for_an_unknown_address_as_for_a_known_one()
    {
        // With this cost a hash takes tens of milliseconds: an answer that skips it stands out.
        await using var app = new ActorsApp(null, ("Passwords:BcryptCost", "10"), ("EmailCodes:PerAddress", "100"));
        var known = await app.RegisterAsync();

        var asking = (
            await MedianAsync(_ => AskAsync(app, known.Email)),
            await MedianAsync(i => AskAsync(app, $"nobody{i}@example.org")));
        var trying = (
            await MedianAsync(_ => VerifyAsync(app, known.Email, "000000")),
            await MedianAsync(i => VerifyAsync(app, $"stranger{i}@example.org", "000000")));

        AssertAlike(asking);
        AssertAlike(trying);
    }

    private static void AssertAlike((TimeSpan Known, TimeSpan Unknown) time) =>
        Assert.True(time.Known < time.Unknown * 3 && time.Unknown < time.Known * 3, $"{time.Known} and {time.Unknown}");

    private static async Task<TimeSpan> MedianAsync(Func<int, Task<Answer>> ask)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 9; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await ask(i);
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    private static Task<Answer> AskAsync(ActorsApp app, string email) => app.Anonymous().PostAsync("/api/v1/auth/code", new { email });

    private static Task<Answer> VerifyAsync(ActorsApp app, string email, string code) =>
        app.Anonymous().PostAsync("/api/v1/auth/verify", new { email, code });
}
