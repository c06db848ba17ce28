using System.Globalization;
using System.Text.Json;
using Actors.Generation;
using Actors.Infrastructure;
using Actors.Jobs;
using Microsoft.AspNetCore.Http;

namespace Actors.Providers;

/// <summary>Images of a provider over HTTP, which a real server plays.</summary>
public sealed class OpenAiImagesTests
{
    private const string Generations = "/v1/images/generations";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly byte[] Png = new ProceduralImages().GenerateAsync("p", 1, _ => Task.CompletedTask, CancellationToken.None).GetAwaiter().GetResult().Bytes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_in_the_answer_is_taken()
    {
        await using var bed = await ProviderBed.StartAsync((_, http) => http.Response.WriteAsJsonAsync(Inline(Png)), ("Providers:Images:Model", "painter-2"));

        var picture = await DrawAsync(bed);

        Assert.Equal(Png, picture.Bytes);
        Assert.Equal("image/png", picture.ContentType);
        var request = Assert.Single(bed.Server.Requests);
        Assert.Equal(("POST", Generations, $"Bearer {ProviderBed.Key}"), (request.Method, request.Path, request.Authorization));
        Assert.True(JsonElement.DeepEquals(Json("""{"model":"painter-2","prompt":"一个齿轮箱","n":1,"size":"1024x1024"}"""), Json(request.Body)), request.Body);
    }

    [Fact]
    public async Task A_picture_at_a_url_of_the_provider_is_fetched_by_redirects_too_and_without_the_key()
    {
        await using var bed = await ProviderBed.StartAsync((server, http) => http.Request.Path.Value switch
        {
            Generations => http.Response.WriteAsJsonAsync(At(new Uri(server.Url, "/first").ToString())),
            "/first" => Redirect(http, "/second"),
            _ => http.Response.Body.WriteAsync(Png).AsTask(),
        });

        Assert.Equal(Png, (await DrawAsync(bed)).Bytes);
        Assert.Equal([$"POST {Generations}", "GET /first", "GET /second"], bed.Server.Paths);
        Assert.All(bed.Server.Requests.Skip(1), request => Assert.Empty(request.Authorization));
    }

    [Theory]
    [InlineData("http://example.org/x.png")]
    [InlineData("https://127.0.0.1/x.png")]
    [InlineData("https://localhost/x.png")]
    [InlineData("https://[::1]/x.png")]
    [InlineData("https://[::ffff:10.0.0.1]/x.png")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    public async Task A_url_that_leads_elsewhere_than_to_public_https_is_not_followed_nor_is_a_redirect_to_it(string url)
    {
        await using var direct = await ProviderBed.StartAsync((_, http) => http.Response.WriteAsJsonAsync(At(url)));
        await using var led = await ProviderBed.StartAsync((server, http) => http.Request.Path == Generations
            ? http.Response.WriteAsJsonAsync(At(new Uri(server.Url, "/x").ToString()))
            : Redirect(http, url));

        Assert.Equal(("PROVIDER_ANSWER_INVALID", false), await FailAsync(direct));
        Assert.Equal(("PROVIDER_ANSWER_INVALID", false), await FailAsync(led));
    }

    [Fact]
    public async Task Another_server_of_this_machine_is_never_asked()
    {
        await using var secret = await ProviderServer.StartAsync((_, http) => http.Response.Body.WriteAsync(Png).AsTask());
        await using var bed = await ProviderBed.StartAsync((_, http) => http.Response.WriteAsJsonAsync(At(secret.Url.ToString())));

        Assert.Equal(("PROVIDER_ANSWER_INVALID", false), await FailAsync(bed));
        Assert.Empty(secret.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        await using var bed = await ProviderBed.StartAsync((server, http) => http.Request.Path == Generations
            ? http.Response.WriteAsJsonAsync(At(new Uri(server.Url, "/x").ToString()))
            : Redirect(http, "/x"));

        Assert.Equal(("PROVIDER_ANSWER_INVALID", true), await FailAsync(bed));
    }

    [Theory]
    [InlineData(429, "{}", "PROVIDER_BUSY", true)]
    [InlineData(408, "", "PROVIDER_FAILED", true)]
    [InlineData(500, "<html>", "PROVIDER_FAILED", true)]
    [InlineData(503, "", "PROVIDER_FAILED", true)]
    [InlineData(401, """{"error":{"code":"invalid_api_key"}}""", "PROVIDER_ACCOUNT_REFUSED", false)]
    [InlineData(403, "", "PROVIDER_ACCOUNT_REFUSED", false)]
    [InlineData(400, """{"error":{"code":"moderation_blocked"}}""", "CONTENT_REFUSED", false)]
    [InlineData(400, """{"error":{"code":"content_policy_violation"}}""", "CONTENT_REFUSED", false)]
    [InlineData(400, """{"error":{"code":"invalid_size"}}""", "PROVIDER_REFUSED", false)]
    [InlineData(400, "not JSON", "PROVIDER_REFUSED", false)]
    [InlineData(302, "", "PROVIDER_REFUSED", false)]
    [InlineData(200, "not JSON", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData(200, "null", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData(200, "{}", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData(200, """{"data":[null]}""", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData(200, """{"data":[{}]}""", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData(200, """{"data":[{"b64_json":"AAAA"}]}""", "PROVIDER_ANSWER_INVALID", true)]
    [InlineData(200, """{"data":[{"b64_json":"not base 64"}]}""", "PROVIDER_ANSWER_INVALID", true)]
    public async Task A_failure_says_what_it_is_and_whether_it_may_pass(int status, string body, string code, bool mayPass)
    {
        await using var bed = await ProviderBed.StartAsync((_, http) =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync(body);
        });

        Assert.Equal((code, mayPass), await FailAsync(bed));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("999999", 3600)]
    [InlineData("soon", null)]
    public async Task The_pause_that_the_provider_asks_for_is_told_up_to_an_hour(string retryAfter, int? seconds)
    {
        await using var bed = await ProviderBed.StartAsync((_, http) =>
        {
            (http.Response.StatusCode, http.Response.Headers.RetryAfter) = (429, retryAfter);
            return Task.CompletedTask;
        });

        var failure = (await Assert.ThrowsAsync<JobFailedException>(() => DrawAsync(bed))).Failure;

        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, failure.RetryAfter);
    }

    [Fact]
    public async Task The_pause_may_be_told_as_a_date()
    {
        await using var bed = await ProviderBed.StartAsync((_, http) =>
        {
            (http.Response.StatusCode, http.Response.Headers.RetryAfter) = (503, TimeProvider.System.GetUtcNow().AddMinutes(5).ToString("R", CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        });

        var failure = (await Assert.ThrowsAsync<JobFailedException>(() => DrawAsync(bed))).Failure;

        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        await using var bed = await ProviderBed.StartAsync(async (_, http) =>
        {
            var nothing = new byte[1024 * 1024];
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(nothing, http.RequestAborted);
            }
        });

        Assert.Equal(("PROVIDER_ANSWER_TOO_LARGE", false), await FailAsync(bed));
    }

    [Fact]
    public async Task Who_cancels_ends_the_request_at_the_provider()
    {
        var (asked, aborted) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var bed = await ProviderBed.StartAsync((_, http) => HangAsync(http, asked, aborted));
        using var stop = new CancellationTokenSource();

        var drawing = DrawAsync(bed, stop.Token);
        await asked.Task.WaitAsync(Soon, Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drawing);
        await aborted.Task.WaitAsync(Soon, Cancellation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_does_not_answer_or_not_to_the_end_is_given_up_for_now(bool begins)
    {
        await using var bed = await ProviderBed.StartAsync(
            async (_, http) =>
            {
                if (begins)
                {
                    await http.Response.WriteAsync("{", http.RequestAborted);
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                }

                await HangAsync(http, new(), new());
            },
            ("Providers:Images:Timeout", "00:00:01"));

        Assert.Equal(("PROVIDER_TIMEOUT", true), await FailAsync(bed));
    }

    [Fact]
    public async Task A_provider_that_is_not_there_or_breaks_off_may_be_there_later()
    {
        await using var away = await ProviderBed.StartAsync(
            (_, _) => Task.CompletedTask, ("Providers:Images:Url", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}")));
        await using var broken = await ProviderBed.StartAsync(async (_, http) =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("{");
            http.Abort();
        });

        Assert.Equal(("PROVIDER_UNREACHABLE", true), await FailAsync(away));
        Assert.Equal(("PROVIDER_UNREACHABLE", true), await FailAsync(broken));
    }

    [Fact]
    public async Task The_key_and_what_is_asked_for_are_in_no_log_and_no_failure()
    {
        await using var bed = await ProviderBed.StartAsync((_, http) =>
        {
            http.Response.StatusCode = 400;
            return http.Response.WriteAsync($$$"""{"error":{"code":"x","message":"{{{http.Request.Headers.Authorization}}}"}}""");
        });

        var failure = await Assert.ThrowsAsync<JobFailedException>(() => DrawAsync(bed));

        Assert.NotEmpty(bed.Logs);
        Assert.DoesNotContain(bed.Logs, log => log.Contains(ProviderBed.Key, StringComparison.Ordinal) || log.Contains("齿轮", StringComparison.Ordinal));
        Assert.DoesNotContain(ProviderBed.Key, failure.ToString(), StringComparison.Ordinal);
    }

    private static object Inline(byte[] bytes) => new { data = new[] { new { b64_json = Convert.ToBase64String(bytes) } } };

    private static object At(string url) => new { created = 1, data = new[] { new { url } } };

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private static Task Redirect(HttpContext http, string url)
    {
        http.Response.Redirect(url);
        return Task.CompletedTask;
    }

    private static async Task HangAsync(HttpContext http, TaskCompletionSource asked, TaskCompletionSource aborted)
    {
        await using var ended = http.RequestAborted.Register(() => aborted.TrySetResult());
        asked.TrySetResult();
        await aborted.Task;
    }

    private static Task<Picture> DrawAsync(ProviderBed bed, CancellationToken? cancellation = null) =>
        bed.Images.GenerateAsync("一个齿轮箱", 1, _ => Task.CompletedTask, cancellation ?? Cancellation);

    private static async Task<(string Code, bool MayPass)> FailAsync(ProviderBed bed)
    {
        var failure = (await Assert.ThrowsAsync<JobFailedException>(() => DrawAsync(bed))).Failure;
        return (failure.Code, failure.MayPass);
    }
}
