using System.Text.Json;
using Actors.Infrastructure;
using Actors.Jobs;
using Actors.Providers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Webhooks;

/// <summary>One attempt to tell an event, to a real server.</summary>
public sealed class WebhookHandlerTests
{
    private const string Body = """{"id":"1","type":"task.created"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(299)]
    public async Task What_is_answered_with_2xx_is_told(int status)
    {
        await using var receiver = await ProviderServer.StartAsync((_, http) => Answer(http, status));

        await TellAsync(receiver.Url);

        var request = Assert.Single(receiver.Requests);
        Assert.Equal(("POST", "/", Body), (request.Method, request.Path, request.Body));
        Assert.Equal(("delivery", "1700000000", "v1,sig"), (request.Headers["webhook-id"], request.Headers["webhook-timestamp"], request.Headers["webhook-signature"]));
        Assert.Equal("application/json; charset=utf-8", request.Headers["Content-Type"]);
        Assert.Equal(
            ["Content-Length", "Content-Type", "Host", "User-Agent", "webhook-id", "webhook-signature", "webhook-timestamp"],
            request.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(400, "WEBHOOK_REFUSED", true)]
    [InlineData(401, "WEBHOOK_REFUSED", true)]
    [InlineData(404, "WEBHOOK_REFUSED", true)]
    [InlineData(408, "WEBHOOK_REFUSED", true)]
    [InlineData(410, "WEBHOOK_GONE", false)]
    [InlineData(429, "WEBHOOK_REFUSED", true)]
    [InlineData(500, "WEBHOOK_REFUSED", true)]
    [InlineData(503, "WEBHOOK_REFUSED", true)]
    [InlineData(304, "WEBHOOK_REDIRECTED", true)]
    public async Task Anything_else_is_a_failure_that_may_pass_but_for_410(int status, string code, bool mayPass)
    {
        await using var receiver = await ProviderServer.StartAsync((_, http) => Answer(http, status));

        Assert.Equal(new JobFailure(code, "", mayPass), await FailAsync(receiver.Url) with { Message = "" });
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await ProviderServer.StartAsync((_, http) => Answer(http, 200));
        await using var receiver = await ProviderServer.StartAsync((_, http) =>
        {
            http.Response.Headers.Location = elsewhere.Url.ToString();
            return Answer(http, status);
        });

        Assert.Equal("WEBHOOK_REDIRECTED", (await FailAsync(receiver.Url)).Code);
        Assert.Empty(elsewhere.Requests);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("86400", 3600)]
    [InlineData("soon", null)]
    public async Task The_pause_that_the_receiver_asks_for_is_told_up_to_an_hour(string retryAfter, int? seconds)
    {
        await using var receiver = await ProviderServer.StartAsync((_, http) =>
        {
            http.Response.Headers.RetryAfter = retryAfter;
            return Answer(http, 503);
        });

        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, (await FailAsync(receiver.Url)).RetryAfter);
    }

    [Fact]
    public async Task Cookies_of_an_earlier_answer_are_not_sent()
    {
        await using var receiver = await ProviderServer.StartAsync((_, http) =>
        {
            http.Response.Cookies.Append("a", "b");
            return Answer(http, 200);
        });
        await using var services = Services();

        await TellAsync(receiver.Url, services);
        await TellAsync(receiver.Url, services);

        Assert.All(receiver.Requests, request => Assert.False(request.Headers.ContainsKey("Cookie")));
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read()
    {
        await using var receiver = await ProviderServer.StartAsync(async (_, http) =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(new byte[1024], http.RequestAborted);
            }
        });

        await TellAsync(receiver.Url);
    }

    [Fact]
    public async Task Who_does_not_answer_in_time_has_not_heard_it()
    {
        await using var receiver = await ProviderServer.StartAsync((_, http) => new TaskCompletionSource().Task.WaitAsync(http.RequestAborted));

        Assert.Equal(("WEBHOOK_TIMEOUT", true), await FailAsync(receiver.Url, ("Webhooks:Timeout", "00:00:01")) is var failure ? (failure.Code, failure.MayPass) : default);
    }

    [Fact]
    public async Task Who_is_not_there_may_be_later()
    {
        var nobody = new Uri($"http://127.0.0.1:{FreePort.Next()}");

        Assert.Equal(("WEBHOOK_UNREACHABLE", true), await FailAsync(nobody) is var failure ? (failure.Code, failure.MayPass) : default);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("0.0.0.0")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    public async Task By_default_no_address_of_this_machine_is_connected_to(string host)
    {
        await using var receiver = await ProviderServer.StartAsync((_, http) => Answer(http, 200));
        var url = new Uri($"http://{host}:{receiver.Url.Port}");

        Assert.Equal(
            ("WEBHOOK_ADDRESS_REFUSED", false),
            await FailAsync(url, ("Webhooks:AllowPrivateNetworks", "false")) is var failure ? (failure.Code, failure.MayPass) : default);
        Assert.Empty(receiver.Requests);
    }

    private static async Task<JobFailure> FailAsync(Uri url, params (string Name, string Value)[] settings)
    {
        await using var services = Services(settings);
        return (await Assert.ThrowsAsync<JobFailedException>(() => TellAsync(url, services))).Failure;
    }

    private static async Task TellAsync(Uri url)
    {
        await using var services = Services();
        await TellAsync(url, services);
    }

    private static Task<string> TellAsync(Uri url, IServiceProvider services)
    {
        var work = new WebhookWork(url.ToString(), "delivery", 1_700_000_000, "v1,sig", Body);
        var lease = new JobLease
        {
            JobId = "job",
            Attempt = 1,
            Owner = GrainId.Create("webhook-delivery", "job"),
            Work = JsonSerializer.Serialize(work, WebhookWorkJson.Default.WebhookWork),
        };
        return ActivatorUtilities.CreateInstance<WebhookHandler>(services).RunAsync(lease, (_, _, _) => Task.CompletedTask, Cancellation);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var values = new Dictionary<string, string?> { ["Webhooks:AllowPrivateNetworks"] = "true" };
        foreach (var (name, value) in settings)
        {
            values[name] = value;
        }

        return new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddSingleton(TimeProvider.System)
            .AddWebhooks()
            .BuildServiceProvider();
    }

    private static Task Answer(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
