using System.Net;
using System.Text.Json;
using Actors.Infrastructure;
using Actors.Mail;
using Actors.Models;
using Actors.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Actors.Users;

/// <summary>The end of an account, and what its owner takes along, on every store.</summary>
public abstract class AccountHttpTests : HttpTests
{
    private const string Me = "/api/v1/users/me";

    [Fact]
    public async Task Who_deletes_his_account_is_logged_out_and_cannot_log_in()
    {
        var user = await App.RegisterAsync();
        var elsewhere = App.Anonymous();
        await elsewhere.LoginAsync(user.Email, ActorsClient.Password);

        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        foreach (var client in new[] { user, elsewhere })
        {
            (await client.GetUntilAsync(Me, HttpStatusCode.Unauthorized)).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
            (await client.PostAsync("/api/v1/auth/refresh", new { refreshToken = client.RefreshToken })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_REFRESH_TOKEN");
        }

        (await App.Anonymous().PostAsync("/api/v1/auth/login", new { email = user.Email, password = ActorsClient.Password }))
            .ExpectError(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        (await (await App.AdminAsync()).GetAsync($"/api/v1/users/{user.UserId}")).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
    }

    [Fact]
    public async Task His_address_is_free_for_another_account()
    {
        var user = await App.RegisterAsync();
        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        var again = App.Anonymous();
        (await again.RegisterAsync(user.Email)).Expect(HttpStatusCode.Created);

        Assert.NotEqual(user.UserId, again.UserId);
        Assert.Equal(JsonValueKind.Null, (await again.GetAsync(Me)).Expect(HttpStatusCode.OK).Data.GetProperty("preferences").ValueKind);
    }

    [Fact]
    public async Task A_registration_that_is_repeated_with_its_key_does_not_bring_the_account_back()
    {
        var user = App.Anonymous();
        var body = new { email = $"{Guid.CreateVersion7():n}@example.org", password = ActorsClient.Password };
        var registered = (await user.SendAsync(HttpMethod.Post, "/api/v1/auth/register", body, ("Idempotency-Key", "register"))).Expect(HttpStatusCode.Created);
        user.Token = registered.Data.GetProperty("token").GetString();
        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        (await App.Anonymous().SendAsync(HttpMethod.Post, "/api/v1/auth/register", body, ("Idempotency-Key", "register"))).ExpectError(HttpStatusCode.Conflict, "USER_EXISTS");
    }

    [Fact]
    public async Task The_audit_log_tells_what_he_did_with_his_account_and_no_more()
    {
        var (user, admin) = (await App.RegisterAsync(), await App.AdminAsync());
        (await user.SendAsync(HttpMethod.Patch, Me, new { name = "canary", preferences = new { a = 1 } })).Expect(HttpStatusCode.OK);
        (await user.GetAsync($"{Me}/export")).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        var audit = (await admin.GetAsync($"/api/v1/admin/audit?entity=user/{user.UserId}")).Expect(HttpStatusCode.OK);

        Assert.Equal(
            ["user.deleted", "user.exported", "user.profile-changed"],
            audit.Data.EnumerateArray().Take(3).Select(e => e.GetProperty("action").GetString()));
        Assert.All(audit.Data.EnumerateArray().Take(3), e => Assert.Equal(user.UserId, e.GetProperty("actorId").GetString()));
        Assert.All(audit.Data.EnumerateArray().Take(3), e => Assert.NotNull(e.GetProperty("requestId").GetString()));
        Assert.Equal(["name", "preferences"], audit.Data[2].GetProperty("changes").GetProperty("fields").GetProperty("after").EnumerateArray().Select(f => f.GetString()));
        Assert.DoesNotContain("canary", audit.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task His_tasks_and_models_go_with_him()
    {
        var user = await App.RegisterAsync();
        (await user.PostAsync("/api/v1/tasks", new { prompt = "p" })).Expect(HttpStatusCode.Created);
        (await user.PostAsync("/api/v1/models", new { fileId = await new HandMade(App).UploadObjAsync(user) })).Expect(HttpStatusCode.Created);

        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        var database = App.Services.GetRequiredService<Database>().RowsOf(user.UserId);
        await Waiting.UntilAsync(
            async () => (await database.ListAsync("select id from generation_requests where user_id = @user union all select id from models where user_id = @user", [("user", user.UserId)], row => row.GetString(0))).IsEmpty,
            TimeSpan.FromSeconds(30),
            () => "Something of him is left.");
    }

    [Fact]
    public async Task Who_owns_open_orders_cannot_go_and_those_that_are_over_stay()
    {
        var (user, admin) = (await App.RegisterAsync(), await App.AdminAsync());
        var (done, open) = (await user.CreateReleasedWorkOrderAsync("cut"), await user.CreateWorkOrderAsync("cut"));
        (await user.MoveAsync(done, "cancelled")).Expect(HttpStatusCode.OK);

        (await user.SendAsync(HttpMethod.Delete, Me)).ExpectError(HttpStatusCode.Conflict, "OPEN_WORK_ORDERS");
        (await user.GetAsync(Me)).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{open}")).Expect(HttpStatusCode.OK);
        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        Assert.Equal(user.UserId, (await admin.GetWorkOrderAsync(done)).GetProperty("ownerId").GetString());
    }

    [Fact]
    public async Task A_wrong_password_deletes_nothing()
    {
        var user = await App.RegisterAsync();

        (await user.SendAsync(HttpMethod.Delete, Me, new { password = "not the password" })).ExpectError(HttpStatusCode.Forbidden, "WRONG_PASSWORD");

        (await user.GetAsync(Me)).Expect(HttpStatusCode.OK);
        var failure = (await (await App.AdminAsync()).GetAsync($"/api/v1/admin/audit?entity=user/{user.UserId}&action=user.login-failed")).Expect(HttpStatusCode.OK);
        Assert.Single(failure.Data.EnumerateArray());
        (await user.SendAsync(HttpMethod.Delete, Me, new { password = ActorsClient.Password })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_elsewhere_that_led_to_him_makes_a_new_user()
    {
        var identity = new ForeignIdentity
        {
            Provider = "google",
            Subject = $"{Guid.CreateVersion7()}",
            Email = $"{Guid.CreateVersion7():n}@example.org",
            IsEmailVerified = true,
        };
        var grain = App.Services.GetRequiredService<IGrainFactory>().GetGrain<IIdentityGrain>(identity.Key());
        var device = new Device(Name: null, UserAgent: null, Ip: null);
        var first = await grain.SignIn(identity, device);
        var user = App.Anonymous();
        user.Token = first.Token;
        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        Assert.NotEqual(first.User.Id, (await grain.SignIn(identity, device)).User.Id);
    }

    [Fact]
    public async Task An_export_holds_what_he_owns_and_made_and_nothing_of_others()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        (await user.SendAsync(HttpMethod.Put, Me, new { displayName = "A.", preferences = new { theme = "dark" } })).Expect(HttpStatusCode.OK);
        var order = await user.CreateReleasedWorkOrderAsync("cut", "weld");
        await user.ReportAsync(order, "cut", 3, 1);
        await user.SayAsync(order, "mine");
        var foreign = await other.CreateReleasedWorkOrderAsync("cut");
        (await other.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{foreign}/steps/cut", new { assigneeId = user.UserId })).Expect(HttpStatusCode.OK);
        await other.SayAsync(foreign, "not mine");
        await user.SayAsync(foreign, "mine, elsewhere");

        var answer = (await user.GetAsync($"{Me}/export")).Expect(HttpStatusCode.OK);

        var data = answer.Data;
        Assert.Equal(("A.", "dark"), (data.GetProperty("user").GetProperty("displayName").GetString(), data.GetProperty("user").GetProperty("preferences").GetProperty("theme").GetString()));
        Assert.Equal(1, data.GetProperty("sessions").GetArrayLength());
        var owned = Assert.Single(data.GetProperty("workOrders").EnumerateArray());
        Assert.Equal((order, 10, "齿轮箱 Gearbox"), (owned.GetProperty("id").GetString(), owned.GetProperty("targetQuantity").GetInt32(), owned.GetProperty("title").GetString()));
        Assert.True(owned.GetProperty("stepGate").GetBoolean());
        Assert.Equal(["cut", "weld"], data.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("stepCode").GetString()).Order());
        Assert.Equal(["mine", "mine, elsewhere"], data.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("payload").GetProperty("text").GetString()).Order());
        Assert.Equal(3, Assert.Single(data.GetProperty("progressLogs").EnumerateArray()).GetProperty("completedQuantity").GetInt32());
        Assert.DoesNotContain("not mine", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_of_many_pages_is_whole()
    {
        var user = await App.RegisterAsync();
        var order = await user.CreateReleasedWorkOrderAsync("cut");
        const int Many = 450;
        for (var i = 0; i < Many; i++)
        {
            await user.SayAsync(order, $"message {i}");
        }

        var messages = (await user.GetAsync($"{Me}/export")).Expect(HttpStatusCode.OK).Data.GetProperty("messages").EnumerateArray().ToList();

        Assert.Equal(Enumerable.Range(1, Many), messages.Select(m => m.GetProperty("sequence").GetInt32()).Order());
    }

    [Fact]
    public async Task Exports_are_few()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < IUserExportGrain.PerHour; i++)
        {
            (await user.GetAsync($"{Me}/export")).Expect(HttpStatusCode.OK);
        }

        (await user.GetAsync($"{Me}/export")).ExpectError(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
    }

    [Fact]
    public async Task An_administrator_who_acts_as_a_user_leaves_the_account_alone()
    {
        var (user, admin) = (await App.RegisterAsync(), await App.AdminAsync());
        var actor = App.Anonymous();
        actor.Token = (await admin.PostAsync($"/api/v1/admin/users/{user.UserId}/impersonate")).Expect(HttpStatusCode.OK).Data.GetProperty("token").GetString();
        (await actor.GetAsync(Me)).Expect(HttpStatusCode.OK);

        (await actor.GetAsync($"{Me}/export")).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        (await actor.SendAsync(HttpMethod.Delete, Me)).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await actor.PostAsync("/api/v1/auth/two-factor/enrol")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await actor.PostAsync("/api/v1/auth/two-factor/confirm", new { code = "000000" })).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");

        (await user.GetAsync(Me)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Administrators_do_not_see_who_is_gone()
    {
        var (user, admin) = (await App.RegisterAsync(), await App.AdminAsync());
        (await user.SendAsync(HttpMethod.Delete, Me)).Expect(HttpStatusCode.OK);

        (await admin.GetAsync($"/api/v1/admin/users/{user.UserId}")).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{user.UserId}", new { role = "admin" })).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        (await admin.PostAsync($"/api/v1/admin/users/{user.UserId}/impersonate")).ExpectError(HttpStatusCode.NotFound, "USER_NOT_FOUND");
        Assert.Empty((await admin.GetAsync("/api/v1/admin/users?q=deleted.invalid")).Expect(HttpStatusCode.OK).Data.EnumerateArray());
    }

    [Fact]
    public async Task Nobody_exports_another_user()
    {
        var user = await App.RegisterAsync();
        var export = App.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserExportGrain>(user.UserId);
        Caller.Current = new Caller { UserId = "another", Role = UserRole.Admin };

        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<AppException>(export.Begin)).Kind);
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<AppException>(() => export.Read(ExportSection.Messages, null, CancellationToken.None))).Kind);
    }
}

/// <inheritdoc />
public sealed class AccountHttpOnSqliteTests(SharedApps apps) : AccountHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task The_last_administrator_stays()
    {
        await using var app = new ActorsApp();
        var admin = await app.AdminAsync();

        (await admin.SendAsync(HttpMethod.Delete, "/api/v1/users/me")).ExpectError(HttpStatusCode.Conflict, "LAST_ADMINISTRATOR");

        (await admin.GetAsync("/api/v1/users/me")).Expect(HttpStatusCode.OK);
    }
}

/// <inheritdoc />
public sealed class AccountHttpOnPostgresTests(SharedApps apps, PostgresServer server) : AccountHttpTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);

    [Fact]
    public async Task No_table_knows_his_address_or_name_any_more()
    {
        var database = await server.CreateDatabaseAsync();
        await using var app = new ActorsApp(database);
        var identity = new ForeignIdentity { Provider = "google", Subject = "1001", Email = $"{Guid.CreateVersion7():n}@example.org", IsEmailVerified = true };
        await app.Services.GetRequiredService<IGrainFactory>().GetGrain<IIdentityGrain>(identity.Key()).SignIn(identity, new Device("canary-device", null, null));
        var user = app.Anonymous();
        (await user.PostAsync("/api/v1/auth/code", new { email = identity.Email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(app).CodeAsync(identity.Email!);
        user.Token = (await user.SendAsync(HttpMethod.Post, "/api/v1/auth/verify", new { email = identity.Email, code }, ("Idempotency-Key", "verify")))
            .Expect(HttpStatusCode.OK).Data.GetProperty("token").GetString();
        (await user.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { name = "canary-name", preferences = new { a = "canary-preference" } }, ("Idempotency-Key", "put"))).Expect(HttpStatusCode.OK);
        string[] traces = [identity.Email!, "canary-name", "canary-preference", "canary-device"];
        Assert.NotEmpty(await FindAsync(database, traces));

        (await user.SendAsync(HttpMethod.Delete, "/api/v1/users/me")).Expect(HttpStatusCode.OK);

        List<string> found = [];
        await Waiting.UntilAsync(
            async () => (found = await FindAsync(database, traces)).Count == 0, TimeSpan.FromSeconds(20), () => $"Still there: {string.Join(", ", found)}.");
    }

    [Fact]
    public async Task Long_after_the_login_the_password_is_wanted()
    {
        var database = await server.CreateDatabaseAsync();
        ActorsClient user;
        string? token;
        await using (var before = new ActorsApp(database))
        {
            user = await before.RegisterAsync();
            token = user.Token;
        }

        await using (var source = NpgsqlDataSource.Create(database))
        await using (var command = source.CreateCommand("update user_sessions set created_at = created_at - interval '11 minutes'"))
        {
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
        }

        await using var app = new ActorsApp(database);
        var later = app.Anonymous();
        later.Token = token;
        (await later.SendAsync(HttpMethod.Delete, "/api/v1/users/me")).ExpectError(HttpStatusCode.Forbidden, "PROOF_NEEDED");
        (await later.SendAsync(HttpMethod.Delete, "/api/v1/users/me", new { password = ActorsClient.Password })).Expect(HttpStatusCode.OK);
    }

    private static async Task<List<string>> FindAsync(string database, string[] traces) =>
        [.. from table in await DatabaseText.ReadAsync(database) from trace in traces where table.Value.Contains(trace, StringComparison.Ordinal) select $"{trace} in {table.Key}"];
}
