using System.Net;
using Actors.Blobs;
using Actors.Clients;
using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Http;

/// <summary>Every route × everybody who may come, held against the table of who is let in. A route that is missing in the table fails.</summary>
public sealed class AccessMatrixTests(SharedApps apps) : HttpTests
{
    // y: let in, whatever the state of things then says; n: there is no such thing, for him; f: forbidden.
    // {owner} is an order's owner, who also wrote the report and the message, and has the {file}, another for each who comes; the assignee has the step cut; foreman: manager of another factory;
    // acting: an administrator who acts as the owner. Before the owner, whose own commands may end that.
    private const string Expected =
        """
        route                                               stranger assignee manager foreman admin acting owner service
        GET    /auth/me                                     y y y y y y y f
        GET    /auth/sessions                               y y y y y y y f
        DELETE /auth/sessions/nobody                        y y y y y f y f
        POST   /auth/logout                                 y y y y y y y f
        POST   /auth/password                               y y y y y f y f
        POST   /admin/keys/rotate                           f f f f y f f y
        GET    /admin/audit                                 f f f f y f f y
        GET    /admin/users                                 f f f f y f f y
        GET    /admin/users/{owner}                         f f f f y f f y
        PATCH  /admin/users/{owner}                         f f f f y f f y
        POST   /admin/users/{owner}/impersonate             f f f f y f f f
        GET    /users/{owner}                               n n n n y y y f
        PUT    /users/{owner}                               n n n n y y y f
        PATCH  /users/{owner}                               n n n n y y y f
        DELETE /users/me                                    y y y y y f y f
        GET    /users/me/export                             y y y y y n y f
        GET    /auth/two-factor                             y y y y y f y f
        POST   /auth/two-factor/enrol                       y y y y y f y f
        POST   /auth/two-factor/confirm                     y y y y y f y f
        POST   /auth/two-factor/recovery-codes              y y y y y f y f
        POST   /auth/two-factor/disable                     y y y y y f y f
        PUT    /users/{owner}/access                        f f f f y f f f
        POST   /work-orders                                 y y y y y y y f
        GET    /work-orders                                 y y y y y y y f
        GET    /work-orders/unread                          y y y y y y y f
        GET    /work-orders/{0}                             n y y n y y y f
        PUT    /work-orders/{0}                             n f y n y y y f
        PATCH  /work-orders/{0}                             n f y n y y y f
        DELETE /work-orders/{0}                             n f y n y y y f
        POST   /work-orders/{0}/status                      n f y n y y y f
        POST   /work-orders/{0}/steps                       n f y n y y y f
        PUT    /work-orders/{0}/steps/order                 n f y n y y y f
        PATCH  /work-orders/{0}/steps/cut                   n f y n y y y f
        DELETE /work-orders/{0}/steps/weld                  n f y n y y y f
        POST   /work-orders/{0}/steps/cut/progress          n y y n y y y f
        GET    /work-orders/{0}/progress-logs               n y y n y y y f
        POST   /work-orders/{0}/progress-logs/{1}/corrections n f y n y y y f
        POST   /work-orders/{0}/messages                    n y y n y y y f
        GET    /work-orders/{0}/messages                    n y y n y y y f
        PATCH  /work-orders/{0}/messages/{2}                n f f n f y y f
        DELETE /work-orders/{0}/messages/{2}                n f f n f y y f
        POST   /work-orders/{0}/messages/read               n y y n y y y f
        GET    /work-orders/{0}/events                      n y y n y y y f
        POST   /tasks                                       y y y y y y y f
        GET    /tasks                                       y y y y y y y f
        GET    /tasks/nobody                                n n n n n n n f
        PATCH  /tasks/nobody                                n n n n n n n f
        POST   /tasks/nobody/cancel                         n n n n n n n f
        GET    /tasks/nobody/webhook-deliveries             n n n n n n n f
        POST   /tasks/nobody/webhook-deliveries/nobody/redeliver n n n n n n n f
        POST   /tasks/nobody/images/nobody/retry            n n n n n n n f
        GET    /tasks/nobody/events                         n n n n n n n f
        GET    /tasks/nobody/queue                          n n n n n n n f
        DELETE /tasks/nobody                                n n n n n n n f
        POST   /tasks/nobody/model/retry                    n n n n n n n f
        POST   /models                                      n n n n n n n f
        GET    /models/nobody                               n n n n n n n f
        PUT    /models/nobody                               n n n n n n n f
        PATCH  /models/nobody                               n n n n n n n f
        DELETE /models/nobody                               n n n n n n n f
        POST   /models/nobody/publish                       n n n n n n n f
        POST   /models/nobody/unpublish                     n n n n n n n f
        GET    /models/nobody/events                        n n n n n n n f
        POST   /models/nobody/like                          n n n n n n n f
        PUT    /models/nobody/like                          n n n n n n n f
        DELETE /models/nobody/like                          n n n n n n n f
        POST   /models/nobody/favorite                      n n n n n n n f
        PUT    /models/nobody/favorite                      n n n n n n n f
        DELETE /models/nobody/favorite                      n n n n n n n f
        GET    /me/models                                   y y y y y y y f
        GET    /me/likes                                    y y y y y y y f
        GET    /me/favorites                                y y y y y y y f
        POST   /models/nobody/report                        n n n n n n n f
        GET    /admin/reports                               f f f f y f f y
        GET    /admin/takedowns                             f f f f y f f y
        GET    /admin/models/nobody/reports                 f f f f y f f y
        POST   /admin/models/nobody/reports/dismiss         f f f f n f f n
        POST   /admin/models/nobody/takedown                f f f f n f f n
        POST   /admin/models/nobody/restore                 f f f f n f f n
        POST   /admin/models/nobody/recount                 f f f f n f f f
        GET    /admin/queues                                f f f f y f f y
        GET    /admin/queues/background                     f f f f y f f y
        PATCH  /admin/queues/background                     f f f f y f f y
        GET    /admin/queues/background/jobs                f f f f y f f y
        POST   /admin/queues/background/jobs/nobody/requeue f f f f y f f y
        POST   /admin/queues/background/requeue             f f f f y f f y
        POST   /uploads                                     y y y y y y y f
        POST   /uploads/{file}/parts                        n n n n y y y f
        GET    /uploads/{file}/parts                        n n n n y y y f
        POST   /uploads/{file}/complete                     n n n n y y y f
        DELETE /uploads/{file}                              n n n n y y y f
        GET    /files/{file}                                n n n n y y y f
        GET    /events                                      y y y y y y y f
        GET    /live                                        y y y y y y y f
        GET    /changes                                     y y y y y y y f
        """;

    [Fact]
    public void Every_route_that_wants_a_token_is_in_the_table() => Assert.Equal(
        BadInputTests.Routes.Where(r => !BadInputTests.OpenRoutes.Contains(r.Path)).Select(Name).Order(StringComparer.Ordinal),
        Rows().Skip(1).Select(row => row.Route).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Everybody_is_let_in_where_the_table_says_and_nowhere_else()
    {
        var admin = await App.AdminAsync();
        var service = await ServiceAsync();
        var columns = Rows().First().Cells;
        var wrong = new List<string>();
        foreach (var (route, cells) in Rows().Skip(1))
        {
            var (method, path, body) = BadInputTests.Routes.Single(r => Name(r) == route);
            var world = await WorldAsync(admin, service);
            foreach (var (who, expected) in columns.Zip(cells))
            {
                var named = route.Split(' ')[1];
                if (named.Contains("{file}", StringComparison.Ordinal))
                {
                    world = world with { FileId = await world.People["owner"].UploadAsync(App.CreateClient(), Files.Png(100)) };
                }

                var found = await OutcomeAsync(world.People[who], method, world.Fill(named, path), body);
                if (found != expected)
                {
                    wrong.Add($"{who} {route}: {found}, not {expected}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();

    private sealed record World(Dictionary<string, ActorsClient> People, string OrderId, string LogId, string MessageId, string FileId = "")
    {
        /// <summary>The real path: of the route's own where nobody is meant, of the table's where the owner is.</summary>
        public string Fill(string named, string path) => (named.Contains("{owner}", StringComparison.Ordinal) || named.Contains("{file}", StringComparison.Ordinal) ? $"/api/v1{named}" : path)
            .Replace("{file}", FileId, StringComparison.Ordinal)
            .Replace("{owner}", People["owner"].UserId, StringComparison.Ordinal)
            .Replace("{0}", OrderId, StringComparison.Ordinal)
            .Replace("{1}", LogId, StringComparison.Ordinal)
            .Replace("{2}", MessageId, StringComparison.Ordinal);
    }

    private async Task<World> WorldAsync(ActorsClient admin, ActorsClient service)
    {
        var people = new Dictionary<string, ActorsClient>(StringComparer.Ordinal) { ["service"] = service };
        foreach (var name in new[] { "stranger", "assignee", "manager", "foreman", "admin", "owner" })
        {
            people[name] = await App.RegisterAsync();
        }

        var factory = $"f-{Guid.CreateVersion7():n}";
        foreach (var (name, role, factoryId) in new[] { ("manager", "manager", factory), ("foreman", "manager", "elsewhere"), ("admin", "admin", null) })
        {
            (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{people[name].UserId}", new { role, factoryId })).Expect(HttpStatusCode.OK);
        }

        var owner = people["owner"];
        var order = ActorsClient.NewWorkOrder("cut", "weld");
        (order["targetFactoryId"], order["steps"]![0]!["assigneeId"]) = (factory, people["assignee"].UserId);
        var id = (await owner.PostAsync("/api/v1/work-orders", order)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString()!;
        (await owner.MoveAsync(id, "released")).Expect(HttpStatusCode.OK);
        (await owner.ReportAsync(id, "cut", 2)).Expect(HttpStatusCode.OK);
        var message = (await owner.SayAsync(id, "hello")).Data.GetProperty("id").GetString()!;
        var log = (await owner.GetAsync($"/api/v1/work-orders/{id}/progress-logs")).Data[0].GetProperty("id").GetString()!;
        var acting = (await admin.PostAsync($"/api/v1/admin/users/{owner.UserId}/impersonate")).Expect(HttpStatusCode.OK);
        people["acting"] = owner.With(acting.Data.GetProperty("token").GetString()!);
        return new(people, id, log, message);
    }

    private async Task<ActorsClient> ServiceAsync()
    {
        const string id = "matrix";
        var secret = await App.Services.GetRequiredService<ServiceClients>().AddAsync(id);
        var service = App.Anonymous();
        service.Token = (await service.PostAsync("/api/v1/auth/token", new { clientId = id, clientSecret = secret })).Expect(HttpStatusCode.OK).Data.GetProperty("token").GetString();
        return service;
    }

    private static async Task<string> OutcomeAsync(ActorsClient who, HttpMethod method, string path, string? body)
    {
        if (path.EndsWith("/events", StringComparison.Ordinal))
        {
            using var stream = await who.OpenStreamAsync(path, null, TestContext.Current.CancellationToken);
            return Letter(stream.StatusCode, stream.StatusCode == HttpStatusCode.NotFound ? "WORK_ORDER_NOT_FOUND" : null);
        }

        var answer = await who.SendTextAsync(method, path, body, "application/json");
        return Letter(answer.Status, answer.Message.IsSuccessStatusCode ? null : answer.Code); // a file is no JSON
    }

    private static string Letter(HttpStatusCode status, string? code) => status switch
    {
        HttpStatusCode.Unauthorized => "u",
        HttpStatusCode.Forbidden => "f",
        HttpStatusCode.NotFound when code is "WORK_ORDER_NOT_FOUND" or "USER_NOT_FOUND" or "TASK_NOT_FOUND" or "MODEL_NOT_FOUND" or "REPORTS_NOT_FOUND" or "FILE_NOT_FOUND" or "WEBHOOK_DELIVERY_NOT_FOUND" => "n",
        _ => "y",
    };

    // "GET /users/{owner}", of the table and of the routes alike.
    private static string Name((HttpMethod Method, string Path, string? Body) route) =>
        $"{route.Method} {route.Path["/api/v1".Length..].Replace("users/nobody", "users/{owner}", StringComparison.Ordinal)
            .Replace("uploads/nobody", "uploads/{file}", StringComparison.Ordinal).Replace("files/nobody", "files/{file}", StringComparison.Ordinal)}";

    private static IEnumerable<(string Route, string[] Cells)> Rows() => Expected.ReplaceLineEndings("\n").Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select((parts, i) => i == 0 ? ("", parts[1..]) : ($"{parts[0]} {parts[1]}", parts[2..]));
}
