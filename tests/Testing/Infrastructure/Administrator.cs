using System.Net;

namespace Actors.Infrastructure;

/// <summary>The first administrator of a system that a test starts.</summary>
public static class Administrator
{
    public const string Email = "admin@example.org";

    /// <summary>Has a process make the administrator: its environment.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Settings =
        [("ACTORS_ADMIN_EMAIL", Email), ("ACTORS_ADMIN_PASSWORD", ActorsClient.Password)];

    /// <summary>Logs in as soon as the system has made the administrator.</summary>
    public static async Task<ActorsClient> LoginAsync(HttpClient http, string email = Email)
    {
        var admin = new ActorsClient(http);
        await Waiting.UntilAsync(
            async () =>
            {
                var answer = await admin.PostAsync("/api/v1/auth/login", new { email, password = ActorsClient.Password });
                return answer.Status == HttpStatusCode.OK && answer.Data.GetProperty("user").GetProperty("role").GetString() == "admin";
            },
            TimeSpan.FromSeconds(60),
            () => "The administrator was not made.");
        await admin.LoginAsync(email, ActorsClient.Password);
        return admin;
    }
}
