using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Actors.Infrastructure;

namespace Actors.Users;

/// <summary>What users say of themselves, over HTTP, on every store.</summary>
public abstract class ProfileHttpTests : HttpTests
{
    private const string Me = "/api/v1/users/me";

    private static readonly object Full = new
    {
        username = "anna",
        name = "安娜 Anna",
        avatar = "https://img.example.org/a.png",
        displayName = "A.",
        avatarUrl = "http://img.example.org/b.png",
        preferences = new { theme = "dark", lists = new { size = 50, columns = new[] { "code", "title" } } },
    };

    [Fact]
    public async Task A_new_user_has_no_profile_and_then_the_one_that_he_gave()
    {
        var user = await App.RegisterAsync();
        var path = $"/api/v1/users/{user.UserId}";
        var before = (await user.GetAsync(path)).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(JsonValueKind.Null, before.GetProperty("preferences").ValueKind);

        var put = (await user.SendAsync(HttpMethod.Put, path, Full)).Expect(HttpStatusCode.OK);
        var after = (await user.GetAsync(Me)).Expect(HttpStatusCode.OK);

        Assert.True(JsonElement.DeepEquals(put.Data, after.Data), after.Text);
        Assert.Equal(put.Message.Headers.ETag, after.Message.Headers.ETag);
        foreach (var field in JsonSerializer.SerializeToElement(Full).EnumerateObject())
        {
            Assert.True(JsonElement.DeepEquals(field.Value, after.Data.GetProperty(field.Name)), field.Name);
        }
    }

    [Fact]
    public async Task A_put_clears_what_it_does_not_name_and_a_patch_leaves_it()
    {
        var user = await App.RegisterAsync();
        (await user.SendAsync(HttpMethod.Put, Me, Full)).Expect(HttpStatusCode.OK);

        var patched = (await user.SendAsync(HttpMethod.Patch, Me, new { displayName = "B.", avatar = (string?)null })).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(("B.", "anna", null), (patched.GetProperty("displayName").GetString(), patched.GetProperty("username").GetString(), patched.GetProperty("avatar").GetString()));
        Assert.Equal("dark", patched.GetProperty("preferences").GetProperty("theme").GetString());

        var replaced = (await user.SendAsync(HttpMethod.Put, Me, new { name = "C." })).Expect(HttpStatusCode.OK).Data;
        Assert.Equal(("C.", null, null), (replaced.GetProperty("name").GetString(), replaced.GetProperty("username").GetString(), replaced.GetProperty("displayName").GetString()));
        Assert.Equal(JsonValueKind.Null, replaced.GetProperty("preferences").ValueKind);
    }

    [Fact]
    public async Task Preferences_are_merged_name_by_name()
    {
        var user = await App.RegisterAsync();
        (await user.SendAsync(HttpMethod.Put, Me, Full)).Expect(HttpStatusCode.OK);

        var patch = JsonNode.Parse("""{"preferences":{"theme":null,"lists":{"size":20,"columns":["code"]},"new":{"a":{"b":1}}}}""")!;
        var merged = (await user.SendAsync(HttpMethod.Patch, Me, patch)).Expect(HttpStatusCode.OK).Data.GetProperty("preferences");

        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse("""{"lists":{"size":20,"columns":["code"]},"new":{"a":{"b":1}}}""").RootElement, merged), merged.ToString());
        Assert.Equal(JsonValueKind.Null, (await user.SendAsync(HttpMethod.Patch, Me, new { preferences = (object?)null })).Expect(HttpStatusCode.OK).Data.GetProperty("preferences").ValueKind);
    }

    [Theory]
    [InlineData("role", "\"admin\"")]
    [InlineData("tier", "\"enterprise\"")]
    [InlineData("id", "\"me\"")]
    [InlineData("email", "\"other@example.org\"")]
    [InlineData("factoryId", "\"f-1\"")]
    [InlineData("webRole", "\"admin\"")]
    [InlineData("web_role", "\"admin\"")]
    [InlineData("lastLoginAt", "null")]
    public async Task Nobody_gives_himself_what_is_not_his_to_give(string field, string value)
    {
        var user = await App.RegisterAsync();
        var before = (await user.GetAsync(Me)).Expect(HttpStatusCode.OK).Text;
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Patch })
        {
            (await user.SendTextAsync(method, Me, $$"""{"name":"x","{{field}}":{{value}}}""", "application/json")).ExpectError(HttpStatusCode.BadRequest, "UNKNOWN_FIELD");
        }

        Assert.Equal(before, (await user.GetAsync(Me)).Text);
    }

    [Theory]
    [InlineData("avatar", "\"javascript:alert(1)\"")]
    [InlineData("avatarUrl", "\"/etc/passwd\"")]
    [InlineData("avatarUrl", "\"ftp://example.org/a.png\"")]
    [InlineData("displayName", "101")]
    [InlineData("name", "256")]
    [InlineData("username", "101")]
    [InlineData("avatar", "2049")]
    [InlineData("preferences", "16 KiB")]
    [InlineData("preferences", "deep")]
    [InlineData("preferences", "wide")]
    public async Task A_profile_has_limits(string field, string value)
    {
        var user = await App.RegisterAsync();
        var json = value switch
        {
            "16 KiB" => $$"""{"a":"{{new string('x', ProfileLimits.PreferencesBytes)}}"}""",
            "deep" => string.Concat(Enumerable.Repeat("{\"a\":", ProfileLimits.PreferencesDepth + 1)) + "1" + new string('}', ProfileLimits.PreferencesDepth + 1),
            // A server that writes numbers out would answer a megabyte.
            "wide" => $"{{\"a\":[{string.Join(',', Enumerable.Repeat("1e300", 100))}]}}",
            _ when int.TryParse(value, out var length) => $"\"{new string('x', length)}\"",
            _ => value,
        };

        var answer = await user.SendTextAsync(HttpMethod.Patch, Me, $$"""{"{{field}}":{{json}}}""", "application/json");

        answer.ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
        Assert.Contains($"\"field\":\"{field}\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_small_patches_do_not_outgrow_the_limit()
    {
        var user = await App.RegisterAsync();
        var big = new string('x', 6_000);
        (await user.SendAsync(HttpMethod.Patch, Me, new { preferences = new { a = big } })).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Patch, Me, new { preferences = new { b = big } })).Expect(HttpStatusCode.OK);

        (await user.SendAsync(HttpMethod.Patch, Me, new { preferences = new { c = big } })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Who_changes_what_is_no_longer_there_is_told_so()
    {
        var user = await App.RegisterAsync();
        var seen = (await user.GetAsync(Me)).Expect(HttpStatusCode.OK).Message.Headers.ETag!.ToString();
        (await user.SendAsync(HttpMethod.Get, Me, null, ("If-None-Match", seen))).Expect(HttpStatusCode.NotModified);

        (await user.SendAsync(HttpMethod.Patch, Me, new { preferences = new { a = 1 } }, ("If-Match", seen))).Expect(HttpStatusCode.OK);

        (await user.SendAsync(HttpMethod.Patch, Me, new { name = "x" }, ("If-Match", seen))).ExpectError(HttpStatusCode.PreconditionFailed, "VERSION_MISMATCH");
        (await user.SendAsync(HttpMethod.Get, Me, null, ("If-None-Match", seen))).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Other_peoples_profiles_do_not_exist_but_for_administrators()
    {
        var (user, other, admin) = (await App.RegisterAsync(), await App.RegisterAsync(), await App.AdminAsync());
        var path = $"/api/v1/users/{user.UserId}";

        (await other.GetAsync(path)).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        (await other.SendAsync(HttpMethod.Put, path, Full)).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        (await other.SendAsync(HttpMethod.Patch, path, new { name = "x" })).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        (await admin.SendAsync(HttpMethod.Patch, path, new { name = "x" })).Expect(HttpStatusCode.OK);
        Assert.Equal("x", (await user.GetAsync(path)).Data.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_login_is_seen_as_the_last_one()
    {
        var user = await App.RegisterAsync();
        var first = (await user.GetAsync(Me)).Expect(HttpStatusCode.OK).Data.GetProperty("lastLoginAt").GetDateTimeOffset();

        await user.LoginAsync(user.Email, ActorsClient.Password);

        Assert.True((await user.GetAsync(Me)).Data.GetProperty("lastLoginAt").GetDateTimeOffset() > first);
    }

    [Fact]
    public async Task A_change_that_is_repeated_with_its_key_is_answered_again()
    {
        var user = await App.RegisterAsync();

        var first = (await user.SendAsync(HttpMethod.Put, Me, Full, ("Idempotency-Key", "profile"))).Expect(HttpStatusCode.OK);
        var second = (await user.SendAsync(HttpMethod.Put, Me, Full, ("Idempotency-Key", "profile"))).Expect(HttpStatusCode.OK);

        Assert.Equal(first.Text, second.Text);
        (await user.SendAsync(HttpMethod.Put, Me, new { name = "y" }, ("Idempotency-Key", "profile"))).ExpectError(HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
    }
}

/// <inheritdoc />
public sealed class ProfileHttpOnSqliteTests(SharedApps apps) : ProfileHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task A_profile_outlives_the_process()
    {
        await using var actors = await ActorsProcess.StartAsync(new Dictionary<string, string> { ["Passwords__BcryptCost"] = "4" });
        var user = await ActorsClient.RegisteredAsync(actors.Client);
        await user.LoginAsync(user.Email, ActorsClient.Password); // two sessions: two rows of one join
        var before = (await user.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "A.", preferences = new { theme = "dark" } })).Expect(HttpStatusCode.OK);

        await actors.RestartAsync();

        var after = (await user.GetAsync("/api/v1/users/me")).Expect(HttpStatusCode.OK);
        Assert.True(JsonElement.DeepEquals(before.Data, after.Data), after.Text);
        Assert.Equal(before.Message.Headers.ETag, after.Message.Headers.ETag);
    }
}

/// <inheritdoc />
public sealed class ProfileHttpOnPostgresTests(SharedApps apps, PostgresServer server) : ProfileHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
