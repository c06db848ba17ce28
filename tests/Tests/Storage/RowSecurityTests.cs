using System.Net;
using Actors.Blobs;
using Actors.Infrastructure;
using Actors.Mail;
using Actors.Models;
using Actors.Users;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Actors.Storage;

/// <summary>Row level security of PostgreSQL: what a query sees that forgot its filter.</summary>
public sealed class RowSecurityTests(PostgresServer server)
{
    private static readonly string[] Owned =
    [
        "users", "user_web_profile", "user_sessions", "user_identities", "email_verification_codes", "inboxes", "inbox_work_orders", "user_two_factor",
        "blobs", "blob_quotas", "blob_quota_items", "generation_requests", "webhook_secrets", "webhook_deliveries", "models", "model_interactions", "model_reports",
    ];

    /// <summary>They refer to users, and are seen by others, too: owners, assignees, managers.</summary>
    private static readonly string[] OfOrders = ["work_orders", "work_order_steps"];

    [Fact]
    public async Task A_query_without_its_filter_sees_nothing_and_with_a_scope_that_users_rows_alone()
    {
        await using var app = new ActorsApp(await server.CreateDatabaseAsync());
        var (one, other) = (await FilledAsync(app), await FilledAsync(app));
        var database = app.Services.GetRequiredService<Database>();
        foreach (var table in Owned)
        {
            var owner = table switch
            {
                "users" or "inboxes" or "blob_quotas" => "id",
                "user_web_profile" => "user_ai_id",
                "blobs" or "blob_quota_items" => "owner_id",
                _ => "user_id",
            };
            Task<List<string?>> OwnersAsync(Database seen) => ReadAsync(seen, $"select {owner} from {table}");

            // Sessions of the pool go from hand to hand: nothing of a scope is left in them.
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal([one], (await OwnersAsync(database.RowsOf(one))).Distinct());
                Assert.Empty(await OwnersAsync(database));
            }

            Assert.Equal([other], (await OwnersAsync(database.RowsOf(other))).Distinct());
            Assert.Empty(await OwnersAsync(database.RowsOf("")));
            Assert.Empty(await OwnersAsync(database.RowsOf("all")));
            var all = await OwnersAsync(database.RowsOfAllUsers());
            Assert.True(all.Contains(one) && all.Contains(other), table);
        }
    }

    [Fact]
    public async Task Readers_write_nothing_and_do_not_see_the_key_ring()
    {
        await using var app = new ActorsApp(await server.CreateDatabaseAsync());
        await app.RegisterAsync();
        var database = app.Services.GetRequiredService<Database>();
        foreach (var sql in new[] { "update users set role = 'admin' returning id", "delete from work_orders returning id", "select id from data_protection_keys", "insert into sequences values ('x', 1, 1) returning id" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(database.RowsOfAllUsers(), sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public async Task Every_table_that_refers_to_users_is_bound_or_known_to_be_seen_by_others()
    {
        var connection = await server.CreateDatabaseAsync();
        await using var app = new ActorsApp(connection);
        await app.RegisterAsync();
        await using var source = NpgsqlDataSource.Create(connection);
        var database = new Database(source);

        var referring = await ReadAsync(database, "select distinct conrelid::regclass::text from pg_constraint where contype = 'f' and confrelid in ('users'::regclass, 'inboxes'::regclass)");
        var bound = await ReadAsync(database, "select relname::text from pg_class where relrowsecurity");

        Assert.Empty(referring.Except(bound).Except(OfOrders));
        Assert.Equal(Owned.Order(StringComparer.Ordinal), bound.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_owner_who_may_make_no_roles_has_a_system_that_works_and_is_bound_once_an_operator_grants_the_role(bool isGranted)
    {
        var prepared = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        var name = $"owner_{Guid.CreateVersion7():n}";
        await using (var operators = NpgsqlDataSource.Create(prepared.ConnectionString))
        {
            await RunAsync(operators, $"create role {name} login password 'secret'");
            await RunAsync(operators, $"alter database {prepared.Database} owner to {name}");
            if (isGranted)
            {
                await using (var migrated = new ActorsApp(await server.CreateDatabaseAsync()))
                {
                    await migrated.RegisterAsync(); // the role is there, whichever test runs first
                }

                await RunAsync(operators, $"grant actors_reader to {name}");
            }
        }

        (prepared.Username, prepared.Password) = (name, "secret");
        await using var app = new ActorsApp(prepared.ConnectionString);
        var id = await FilledAsync(app);

        var seen = await ReadAsync(app.Services.GetRequiredService<Database>(), "select id from users");
        Assert.Equal(!isGranted, seen.Contains(id));
    }

    /// <summary>A user with a row in every table that is his.</summary>
    private static async Task<string> FilledAsync(ActorsApp app)
    {
        var identity = new ForeignIdentity { Provider = "google", Subject = $"{Guid.CreateVersion7()}", Email = $"{Guid.CreateVersion7():n}@example.org", IsEmailVerified = true };
        await app.Services.GetRequiredService<IGrainFactory>().GetGrain<IIdentityGrain>(identity.Key()).SignIn(identity, new Device(null, null, null));
        var user = app.Anonymous();
        (await user.PostAsync("/api/v1/auth/code", new { email = identity.Email })).Expect(HttpStatusCode.Accepted);
        var code = await Mailbox.Of(app).CodeAsync(identity.Email!);
        var session = (await user.PostAsync("/api/v1/auth/verify", new { email = identity.Email, code })).Expect(HttpStatusCode.OK).Data;
        user.Token = session.GetProperty("token").GetString();
        (await user.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "A." })).Expect(HttpStatusCode.OK);
        (await user.PostAsync("/api/v1/auth/two-factor/enrol")).Expect(HttpStatusCode.OK);
        (await user.AnnounceAsync(Files.Png(10))).Expect(HttpStatusCode.Created);
        var webhook = new { url = "https://receiver.invalid", secret = "sixteen-characters" };
        (await user.PostAsync("/api/v1/tasks", new { prompt = "p", webhook })).Expect(HttpStatusCode.Created);
        var model = (await user.PostAsync("/api/v1/models", new { fileId = await new HandMade(app).UploadObjAsync(user) })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        await Waiting.UntilAsync(
            async () => (await user.SendAsync(HttpMethod.Put, $"/api/v1/models/{model}/like")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(20), () => "The model is not there.");
        var order = await user.CreateReleasedWorkOrderAsync("cut");
        var worker = await app.RegisterAsync();
        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/work-orders/{order}/steps/cut", new { assigneeId = worker.UserId })).Expect(HttpStatusCode.OK);
        await worker.SayAsync(order, "hello");
        var shown = (await worker.PostAsync("/api/v1/models", new { fileId = await new HandMade(app).UploadObjAsync(worker) })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
        await Waiting.UntilAsync(
            async () => (await worker.PostAsync($"/api/v1/models/{shown}/publish")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(20), () => "The model is not there.");
        (await user.PostAsync($"/api/v1/models/{shown}/report", new { reason = "SPAM" })).Expect(HttpStatusCode.OK);
        var database = app.Services.GetRequiredService<Database>();
        var id = session.GetProperty("user").GetProperty("id").GetString()!;
        await Waiting.UntilAsync(
            async () => (await ReadAsync(database.RowsOf(id), "select i.user_id from inbox_work_orders i join webhook_deliveries w on w.user_id = i.user_id")).Count > 0,
            TimeSpan.FromSeconds(20),
            () => "The inbox did not hear of the message, or the webhook not of the task.");
        return id;
    }

    private static async Task<List<string?>> ReadAsync(Database database, string sql) =>
        [.. await database.ListAsync(sql, [], row => row.GetNullableString(0))];

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
#pragma warning disable CA2100 // names made here
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
