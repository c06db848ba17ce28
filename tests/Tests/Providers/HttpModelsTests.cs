using System.Text.Json;
using Actors.Generation;
using Actors.Jobs;
using Actors.Models;
using Microsoft.AspNetCore.Http;

namespace Actors.Providers;

/// <summary>Models of a provider over HTTP, which a real server plays.</summary>
public sealed class HttpModelsTests
{
    private const string Tasks = "/tasks";
    private const string One = "/tasks/task-1";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_is_made_asked_for_and_its_file_fetched()
    {
        var asked = 0;
        await using var bed = await ProviderBed.StartAsync(
            (server, http) => $"{http.Request.Method} {http.Request.Path}" switch
            {
                $"POST {Tasks}" => Write(http, new { result = "task-1" }),
                $"GET {One}" => ++asked switch
                {
                    1 => Write(http, new { status = "PENDING", progress = 0 }),
                    2 => Fail(http, 503), // for a moment
                    3 => Write(http, new { status = "IN_PROGRESS", progress = 40.5 }),
                    _ => Write(http, new { status = "SUCCEEDED", progress = 100, model_urls = new { glb = new Uri(server.Url, "/model.glb"), obj = "x" } }),
                },
                _ => http.Response.Body.WriteAsync(ModelFiles.Glb()).AsTask(),
            },
            ("Providers:Models:Model", "sculptor-5"));
        var told = new List<(int, string?)>();

        var model = await MakeAsync(bed, (percent, id) =>
        {
            told.Add((percent, id));
            return Task.CompletedTask;
        });

        Assert.Equal(ModelFiles.Glb(), model.Bytes);
        Assert.Equal((ModelFormat.Glb, 1, "http"), (model.Format, model.Mesh.Triangles, bed.Models.Name));
        Assert.Equal([(0, "task-1"), (0, "task-1"), (40, "task-1")], told);
        Assert.Equal([$"POST {Tasks}", $"GET {One}", $"GET {One}", $"GET {One}", $"GET {One}", "GET /model.glb"], bed.Server.Paths);
        Assert.All(bed.Server.Requests.SkipLast(1), request => Assert.Equal($"Bearer {ProviderBed.Key}", request.Authorization));
        Assert.Empty(bed.Server.Requests.Last().Authorization);
        var body = JsonSerializer.Deserialize<JsonElement>(bed.Server.Requests.First().Body);
        Assert.Equal("sculptor-5", body.GetProperty("ai_model").GetString());
        Assert.Equal("data:image/png;base64,AQID", body.GetProperty("image_url").GetString());
    }

    [Fact]
    public async Task Who_cancels_takes_the_task_back()
    {
        using var stop = new CancellationTokenSource();
        var takenBack = new TaskCompletionSource();
        await using var bed = await ProviderBed.StartAsync((_, http) =>
        {
            if (http.Request.Method == "DELETE")
            {
                takenBack.SetResult();
            }

            return http.Request.Method == "POST" ? Write(http, new { result = "task-1" }) : Write(http, new { status = "IN_PROGRESS", progress = 10 });
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => MakeAsync(bed, (percent, _) => percent == 10 ? stop.CancelAsync() : Task.CompletedTask, stop.Token));

        await takenBack.Task.WaitAsync(Soon, Cancellation);
        var last = bed.Server.Requests.Last();
        Assert.Equal(("DELETE", One, $"Bearer {ProviderBed.Key}"), (last.Method, last.Path, last.Authorization));
    }

    [Fact]
    public async Task What_a_killed_or_stopped_worker_left_is_taken_up_and_not_made_again()
    {
        await using var bed = await ProviderBed.StartAsync((server, http) => $"{http.Request.Method} {http.Request.Path}" switch
        {
            $"GET {One}" => Write(http, new { status = "SUCCEEDED", model_urls = new { glb = new Uri(server.Url, "/model.glb") } }),
            _ => http.Response.Body.WriteAsync(ModelFiles.Glb()).AsTask(),
        });

        var model = await MakeAsync(bed, (_, _) => Task.CompletedTask, earlier: "task-1");

        Assert.Equal(ModelFiles.Glb(), model.Bytes);
        Assert.DoesNotContain(bed.Server.Requests, request => request.Method is "POST" or "DELETE");
    }

    [Theory]
    [InlineData("task-0", 404, "")]
    [InlineData("task-0", 200, """{"status":"FAILED"}""")]
    [InlineData("task-0", 200, """{"status":"CANCELED"}""")]
    [InlineData("../admin", 200, """{"status":"SUCCEEDED"}""")]
    public async Task What_an_earlier_attempt_left_that_brings_nothing_is_made_again(string earlier, int status, string state)
    {
        await using var bed = await ProviderBed.StartAsync((server, http) =>
        {
            http.Response.StatusCode = http.Request.Path == "/tasks/task-0" ? status : 200;
            return $"{http.Request.Method} {http.Request.Path}" switch
            {
                $"POST {Tasks}" => Write(http, new { result = "task-1" }),
                "GET /tasks/task-0" => http.Response.WriteAsync(state),
                $"GET {One}" => Write(http, new { status = "SUCCEEDED", model_urls = new { glb = new Uri(server.Url, "/model.glb") } }),
                _ => http.Response.Body.WriteAsync(ModelFiles.Glb()).AsTask(),
            };
        });

        Assert.Equal(ModelFiles.Glb(), (await MakeAsync(bed, (_, _) => Task.CompletedTask, earlier: earlier)).Bytes);
        Assert.Single(bed.Server.Requests, request => request.Method == "POST");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    public async Task A_worker_that_wakes_and_takes_back_what_the_next_one_took_up_costs_a_try_and_no_more(int status)
    {
        var asked = 0;
        await using var bed = await ProviderBed.StartAsync((_, http) =>
        {
            var isFirst = ++asked == 1;
            http.Response.StatusCode = isFirst ? 200 : status;
            return Write(http, new { status = isFirst ? "IN_PROGRESS" : "CANCELED" });
        });

        var failure = await Assert.ThrowsAsync<JobFailedException>(() => MakeAsync(bed, (_, _) => Task.CompletedTask, earlier: "task-1"));

        Assert.Equal(("PROVIDER_TASK_CANCELLED", true), (failure.Failure.Code, failure.Failure.MayPass));
    }

    [Fact]
    public async Task A_process_that_stops_leaves_the_task_for_the_next_attempt()
    {
        using var stop = new CancellationTokenSource();
        await using var bed = await ProviderBed.StartAsync((_, http) =>
            http.Request.Method == "POST" ? Write(http, new { result = "task-1" }) : Write(http, new { status = "IN_PROGRESS", progress = 10 }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MakeAsync(
            bed,
            (percent, _) =>
            {
                bed.Stop();
                return percent == 10 ? stop.CancelAsync() : Task.CompletedTask;
            },
            stop.Token));

        Assert.DoesNotContain(bed.Server.Requests, request => request.Method == "DELETE");
    }

    [Fact]
    public async Task A_process_that_stops_before_the_job_knows_of_the_task_takes_it_back()
    {
        await using var bed = await ProviderBed.StartAsync((_, http) => Write(http, new { result = "task-1" }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MakeAsync(bed, (_, _) =>
        {
            bed.Stop();
            throw new OperationCanceledException(); // nobody could be told
        }));

        Assert.Equal([$"POST {Tasks}", $"DELETE {One}"], bed.Server.Paths);
    }

    [Theory]
    [InlineData("""{"status":"FAILED","task_error":{"message":"no"}}""", "PROVIDER_TASK_FAILED", true)]
    [InlineData("""{"status":"CANCELED"}""", "PROVIDER_TASK_CANCELLED", false)]
    [InlineData("""{"status":"MELTED"}""", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData("""{"status":"SUCCEEDED"}""", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData("""{"status":"SUCCEEDED","model_urls":{"glb":"http://example.org/x.glb"}}""", "PROVIDER_ANSWER_INVALID", false)]
    public async Task A_task_that_ends_otherwise_is_a_failure(string state, string code, bool mayPass)
    {
        await using var bed = await ProviderBed.StartAsync((_, http) => http.Request.Method == "POST"
            ? Write(http, new { result = "task-1" })
            : http.Response.WriteAsync(state));

        Assert.Equal((code, mayPass), await FailAsync(bed));
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_refused()
    {
        await using var bed = await ProviderBed.StartAsync((server, http) => $"{http.Request.Method} {http.Request.Path}" switch
        {
            $"POST {Tasks}" => Write(http, new { result = "task-1" }),
            $"GET {One}" => Write(http, new { status = "SUCCEEDED", model_urls = new { glb = new Uri(server.Url, "/model.glb") } }),
            _ => http.Response.WriteAsync("<html>"),
        });

        Assert.Equal(("MODEL_INVALID", false), await FailAsync(bed));
    }

    [Theory]
    [InlineData("../admin")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a?b")]
    public async Task An_id_that_would_be_another_address_is_none(string id)
    {
        await using var bed = await ProviderBed.StartAsync((_, http) => Write(http, new { result = id }));

        Assert.Equal(("PROVIDER_ANSWER_INVALID", true), await FailAsync(bed));
        Assert.Single(bed.Server.Requests);
    }

    [Fact]
    public async Task A_task_that_is_refused_while_it_is_asked_for_is_taken_back()
    {
        await using var bed = await ProviderBed.StartAsync((_, http) => http.Request.Method == "POST" ? Write(http, new { result = "task-1" }) : Fail(http, 404));

        Assert.Equal(("PROVIDER_REFUSED", false), await FailAsync(bed));
        Assert.Equal([$"POST {Tasks}", $"GET {One}", $"DELETE {One}"], bed.Server.Paths);
        Assert.DoesNotContain(bed.Logs, log => log.Contains(ProviderBed.Key, StringComparison.Ordinal));
    }

    private static Task Write(HttpContext http, object body) => http.Response.WriteAsJsonAsync(body);

    private static Task Fail(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task<ProvidedModel> MakeAsync(
        ProviderBed bed, Func<int, string?, Task> progress, CancellationToken? cancellation = null, string? earlier = null) =>
        bed.Models.GenerateAsync(new(new Picture([1, 2, 3], "image/png"), "a gear", earlier), progress, cancellation ?? Cancellation);

    private static async Task<(string Code, bool MayPass)> FailAsync(ProviderBed bed)
    {
        var failure = (await Assert.ThrowsAsync<JobFailedException>(() => MakeAsync(bed, (_, _) => Task.CompletedTask))).Failure;
        return (failure.Code, failure.MayPass);
    }
}
