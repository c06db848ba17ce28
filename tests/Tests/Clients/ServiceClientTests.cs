using System.Net;
using System.Text.Json;
using Actors.Cli;
using Actors.Infrastructure;
using Actors.Storage;
using Actors.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Clients;

/// <summary>Services of the operator that call the API, on every store.</summary>
public abstract class ServiceClientTests : HttpTests
{
    private const string Token = "/api/v1/auth/token";

    [Fact]
    public async Task A_service_gets_a_token_for_a_quarter_of_an_hour_and_administers_by_it()
    {
        var user = await App.RegisterAsync();
        var (id, service) = await ServiceAsync();

        var claims = TokenText.Claims(service.Token!);
        Assert.Equal(id, claims.GetProperty("clientId").GetString());
        Assert.Equal(900, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.False(claims.TryGetProperty("userId", out _));
        (await service.GetAsync("/api/v1/admin/users")).Expect(HttpStatusCode.OK);
        (await service.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{user.UserId}", new { tier = "premium" })).Expect(HttpStatusCode.OK);

        var entry = Assert.Single((await service.GetAsync($"/api/v1/admin/audit?actor=service/{id}&entity=user/{user.UserId}")).Expect(HttpStatusCode.OK).Data.EnumerateArray());
        Assert.Equal(("service", "user.access-changed"), (Text(entry, "actorType"), Text(entry, "action")));
    }

    [Fact]
    public async Task A_service_is_no_user()
    {
        var user = await App.RegisterAsync();
        var order = await user.CreateWorkOrderAsync();
        var (_, service) = await ServiceAsync();

        foreach (var path in new[] { "/api/v1/auth/me", "/api/v1/auth/sessions", "/api/v1/work-orders", $"/api/v1/work-orders/{order}", "/api/v1/events?topics=inbox" })
        {
            (await service.GetAsync(path)).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        }

        (await service.PostAsync("/api/v1/work-orders", ActorsClient.NewWorkOrder())).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await service.PostAsync($"/api/v1/admin/users/{user.UserId}/impersonate")).ExpectError(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task Nothing_but_the_secret_of_a_client_gets_a_token_and_an_unknown_client_gets_the_same_answer()
    {
        var (id, _) = await ServiceAsync();
        var admin = await App.AdminAsync();

        var wrong = (await App.Anonymous().PostAsync(Token, new { clientId = id, clientSecret = "guess" })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CLIENT");
        var unknown = (await App.Anonymous().PostAsync(Token, new { clientId = "unknown", clientSecret = "guess" })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CLIENT");
        (await App.Anonymous().PostAsync(Token, new { clientId = "A", clientSecret = "guess" })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

        Assert.Equal(unknown.Text, wrong.Text);
        var actions = (await admin.GetAsync($"/api/v1/admin/audit?entity=service-client/{id}")).Expect(HttpStatusCode.OK).Data.EnumerateArray()
            .Select(e => $"{Text(e, "actorType")} {Text(e, "action")}");
        Assert.Equal(["anonymous client.login-failed", "service client.logged-in", "system client.added"], actions);
    }

    [Fact]
    public async Task The_secret_is_in_no_row()
    {
        var clients = App.Services.GetRequiredService<ServiceClients>();
        var secret = (await clients.AddAsync(NewId()))!;

        var rows = await App.Services.GetRequiredService<Database>().ListAsync(
            "select secret_hash from service_clients", [], row => System.Text.Encoding.Latin1.GetString(row.GetFieldValue<byte[]>(0)), TestContext.Current.CancellationToken);

        Assert.DoesNotContain(rows, row => row.Contains(secret, StringComparison.Ordinal));
        Assert.Null(await clients.AddAsync((await clients.ListAsync(TestContext.Current.CancellationToken))[0].Id)); // a name is given once
    }

    private protected static string NewId() => $"test-{Guid.CreateVersion7():n}";

    private async Task<(string Id, ActorsClient Client)> ServiceAsync()
    {
        var id = NewId();
        var secret = await App.Services.GetRequiredService<ServiceClients>().AddAsync(id);
        var service = App.Anonymous();
        service.Token = (await service.PostAsync(Token, new { clientId = id, clientSecret = secret })).Expect(HttpStatusCode.OK).Data.GetProperty("token").GetString();
        return (id, service);
    }

    private static string? Text(JsonElement json, string field) => json.GetProperty(field).GetString();
}

/// <inheritdoc />
public sealed class ServiceClientOnSqliteTests(SharedApps apps) : ServiceClientTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    [Fact]
    public async Task Operators_add_list_and_remove_clients_by_commands_and_the_system_follows()
    {
        await using var actors = await ActorsProcess.StartAsync();
        var service = new ActorsClient(actors.Client);

        var (code, output, error) = await RunAsync(actors, "add", "reporting");
        Assert.True(code == ExitCodes.Done, error);
        var secret = output.Split('\n')[1].Split(' ')[^1];
        service.Token = (await service.PostAsync("/api/v1/auth/token", new { clientId = "reporting", clientSecret = secret })).Expect(HttpStatusCode.OK).Data.GetProperty("token").GetString();
        (await service.GetAsync("/api/v1/admin/users")).Expect(HttpStatusCode.OK);
        Assert.StartsWith("reporting  ", (await RunAsync(actors, "list")).Output, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failed, "There is a client reporting already.\n"), await FailAsync(actors, "add", "reporting"));

        Assert.Equal(ExitCodes.Done, (await RunAsync(actors, "remove", "reporting")).Code);
        await actors.RestartAsync(); // or half a minute

        (await service.GetAsync("/api/v1/admin/users")).ExpectError(HttpStatusCode.Unauthorized, "INVALID_TOKEN");
        (await service.PostAsync("/api/v1/auth/token", new { clientId = "reporting", clientSecret = secret })).ExpectError(HttpStatusCode.Unauthorized, "INVALID_CLIENT");
        Assert.Equal((ExitCodes.Failed, "There is no client reporting.\n"), await FailAsync(actors, "remove", "reporting"));
        Assert.Equal(ExitCodes.Failed, (await RunAsync(actors, "add", "Not A Name")).Code);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(ActorsProcess actors, params string[] args) =>
        CommandLine.RunAsync(["clients", .. args], ("ACTORS_DATA", actors.DataFolder));

    private static async Task<(int Code, string Error)> FailAsync(ActorsProcess actors, params string[] args)
    {
        var (code, _, error) = await RunAsync(actors, args);
        return (code, error);
    }
}

/// <inheritdoc />
public sealed class ServiceClientOnPostgresTests(SharedApps apps, PostgresServer server) : ServiceClientTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
