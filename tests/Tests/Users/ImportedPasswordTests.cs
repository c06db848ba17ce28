using System.Net;
using Actors.Infrastructure;
using Microsoft.Data.Sqlite;

namespace Actors.Users;

/// <summary>Users whose password another system hashed.</summary>
public sealed class ImportedPasswordTests
{
    [Fact]
    public async Task An_imported_hash_lets_its_user_in_and_becomes_ours_with_the_first_login()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string> { ["Passwords__BcryptCost"] = "4" });
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        await actors.KillAsync();
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(actors.DataFolder, "actors.db")};Pooling=false"))
        {
            await database.OpenAsync();
            await using var import = database.CreateCommand();
            // PBKDF2 with SHA-1, 4096 iterations, of "password" (RFC 6070).
            import.CommandText = "update users set password_hash = '$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE' where email = @email";
            import.Parameters.AddWithValue("email", user.Email);
            Assert.Equal(1, await import.ExecuteNonQueryAsync());
        }

        await actors.RestartAsync();
        (await user.PostAsync("/api/v1/auth/login", new { email = user.Email, password = "passwort" })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        await user.LoginAsync(user.Email, "password");

        Assert.StartsWith("$2", await HashAsync(actors, user.Email), StringComparison.Ordinal);
        await user.LoginAsync(user.Email, "password");
    }

    private static async Task<string> HashAsync(ActorsProcess actors, string email)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(actors.DataFolder, "actors.db")};Mode=ReadOnly;Pooling=false");
        await database.OpenAsync();
        await using var query = database.CreateCommand();
        query.CommandText = "select password_hash from users where email = @email";
        query.Parameters.AddWithValue("email", email);
        return (string)(await query.ExecuteScalarAsync())!;
    }
}
