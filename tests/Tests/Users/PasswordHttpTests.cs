using System.Net;
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
}
