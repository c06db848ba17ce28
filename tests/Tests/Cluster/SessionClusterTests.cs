using System.Net;
using Actors.Infrastructure;
using Npgsql;

namespace Actors.Cluster;

/// <summary>Sessions, limits and keys are those of the cluster, whichever frontend is asked.</summary>
public sealed class SessionClusterTests(PostgresServer server)
{
    [Fact]
    public async Task What_one_frontend_ends_or_counts_holds_at_the_other()
    {
        var database = await server.CreateDatabaseAsync();
        await using var cluster = await ActorsCluster.StartAsync(database, silos: 2, frontends: 2);
        var one = await ActorsClient.RegisteredAsync(cluster.Frontends[0].Client);
        var other = new ActorsClient(cluster.Frontends[1].Client) { Token = one.Token };
        (await other.GetAsync("/api/v1/auth/me")).Expect(HttpStatusCode.OK);
        var id = await one.CreateReleasedWorkOrderAsync("cut");
        await using var feed = await other.WatchAsync(id, "0");
        await feed.NextAsync(); // created
        await feed.NextAsync(); // released

        (await one.PostAsync("/api/v1/auth/logout")).Expect(HttpStatusCode.NoContent);
        (await other.GetUntilAsync("/api/v1/auth/me", HttpStatusCode.Unauthorized)).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        Assert.False(await feed.NextOrEndAsync().WaitAsync(TimeSpan.FromSeconds(5)), "The feed went on.");

        await RefreshAtBothAsync(cluster, one.Email);
        await AssertNoSecretIsInTheDatabaseAsync(database);
    }

    [Fact]
    public async Task A_limit_is_exact_over_frontends()
    {
        await using var cluster = new ActorsCluster(await server.CreateDatabaseAsync(), ("RateLimits__Free", "40"));
        cluster.LaunchSilo();
        await Task.WhenAll(cluster.LaunchFrontend().UntilReadyAsync(), cluster.LaunchFrontend().UntilReadyAsync());
        var one = await ActorsClient.RegisteredAsync(cluster.Frontends[0].Client);
        var other = new ActorsClient(cluster.Frontends[1].Client) { Token = one.Token };

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? one : other).GetAsync("/api/v1/auth/me")));

        Assert.Equal(40, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.Equal(20, answers.Count(a => a.Code == "RATE_LIMIT_EXCEEDED"));
    }

    private static async Task RefreshAtBothAsync(ActorsCluster cluster, string email)
    {
        var user = new ActorsClient(cluster.Frontends[0].Client);
        await user.LoginAsync(email, ActorsClient.Password);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            new ActorsClient(cluster.Frontends[i % 2].Client).PostAsync("/api/v1/auth/refresh", new { refreshToken = user.RefreshToken })));
        Assert.Single(answers.Select(a => a.Expect(HttpStatusCode.OK).Data.GetProperty("refreshToken").GetString()).Distinct());
    }

    // Whoever reads the tables can sign nothing and refresh nothing.
    private static async Task AssertNoSecretIsInTheDatabaseAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var keys = source.CreateCommand("select string_agg(private_key, ' ') from signing_keys");
        await using var ring = source.CreateCommand("select string_agg(xml, ' ') from data_protection_keys");
        await using var answers = source.CreateCommand("select count(*) from idempotency_keys where position('eyJ'::bytea in answer) > 0");
        var (signing, protection) = ((string)(await keys.ExecuteScalarAsync())!, (string)(await ring.ExecuteScalarAsync())!);

        Assert.All(signing.Split(' '), key => Assert.Throws<System.Security.Cryptography.CryptographicException>(() => ImportKey(key)));
        Assert.Contains(nameof(Secrets.MasterKeyXmlDecryptor), protection, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", protection, StringComparison.Ordinal);
        Assert.Equal(0L, await answers.ExecuteScalarAsync());
    }

    private static void ImportKey(string text)
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(text), out _);
    }
}
