using System.Net;
using System.Net.Sockets;
using Actors.Infrastructure;

namespace Actors.Users;

/// <summary>Passwords over HTTP.</summary>
public sealed class PasswordHttpTests(SharedApps apps) : HttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task A_password_is_not_proved_by_a_longer_one_that_begins_with_it()
    {
        var (email, password) = ($"{Guid.CreateVersion7():n}@example.org", new string('p', UserLimits.PasswordMaxBytes));
        (await App.Anonymous().PostAsync("/api/v1/auth/register", new { email, password })).Expect(HttpStatusCode.Created);

        (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email, password })).Expect(HttpStatusCode.OK);
        (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email, password = password + "q" }))
            .ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task Senders_that_never_finish_their_body_do_not_keep_others_from_logging_in()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        var senders = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => SendHalfALoginAsync(actors.Url)));

        for (var i = 0; i < 10; i++)
        {
            (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password })
                .WaitAsync(TimeSpan.FromSeconds(20))).Expect(HttpStatusCode.OK);
        }

        Array.ForEach(senders, s => s.Dispose());
    }

    private static async Task<TcpClient> SendHalfALoginAsync(Uri url)
    {
        var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port);
        await client.GetStream().WriteAsync(
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray());
        return client;
    }
}
