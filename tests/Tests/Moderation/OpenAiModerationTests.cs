using System.Text.Json;
using Actors.Providers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Actors.Moderation;

/// <summary>A moderation over HTTP, which a real server plays.</summary>
public sealed class OpenAiModerationTests
{
    private const string Key = "sk-moderation";

    [Theory]
    [InlineData("""{"results":[{"flagged":false,"categories":{"violence":false}}]}""", null)]
    [InlineData("""{"results":[{"flagged":true,"categories":{"violence":true,"hate":true,"illicit":null}}]}""", "hate")]
    [InlineData("""{"results":[{"flagged":true,"categories":{"sexual/minors":true}}],"id":"modr-1"}""", "sexual/minors")]
    [InlineData("""{"results":[{"flagged":true}]}""", "unspecified")]
    public async Task The_verdict_is_the_first_result_s(string answer, string? category)
    {
        await using var server = await ProviderServer.StartAsync((_, http) => http.Response.WriteAsync(answer));
        await using var services = Services(server, ("Moderation:Model", "judge-2"));

        Assert.Equal(category, (await services.GetRequiredService<IModeration>().JudgeAsync("一个齿轮箱")).Category);

        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/v1/moderations", $"Bearer {Key}"), (request.Method, request.Path, request.Authorization));
        Assert.True(
            JsonElement.DeepEquals(
                JsonDocument.Parse("""{"model":"judge-2","input":"一个齿轮箱"}""").RootElement, JsonDocument.Parse(request.Body).RootElement),
            request.Body);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(401, "")]
    [InlineData(429, "")]
    [InlineData(200, "no json")]
    [InlineData(200, """{"results":[]}""")]
    [InlineData(200, """{"results":[{}]}""")]
    [InlineData(-1, "")]
    public async Task Without_a_verdict_it_is_unknown_unless_the_configuration_accepts_it(int status, string answer)
    {
        await using var server = await ProviderServer.StartAsync((_, http) =>
        {
            if (status < 0)
            {
                return new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);
            }

            http.Response.StatusCode = status;
            return http.Response.WriteAsync(answer);
        });
        await using var closed = Services(server, ("Moderation:Timeout", "00:00:00.5"));
        await using var open = Services(server, ("Moderation:Timeout", "00:00:00.5"), ("Moderation:FailOpen", "true"));

        Assert.Same(ModerationVerdict.Unknown, await closed.GetRequiredService<IModeration>().JudgeAsync("p"));
        Assert.Same(ModerationVerdict.Accepted, await open.GetRequiredService<IModeration>().JudgeAsync("p"));
    }

    [Theory]
    [InlineData("Moderation:Kind", "judge")]
    [InlineData("Moderation:Url", "ftp://example.org")]
    [InlineData("Moderation:Key", "two\nlines")]
    [InlineData("Moderation:Model", " ")]
    [InlineData("Moderation:Timeout", "00:01:00")]
    public void A_bad_setting_stops_the_start_and_is_named(string setting, string value)
    {
        using var services = With((setting, value));

        Assert.Contains(setting, Fault(services), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/no/such/file")]
    public void A_list_that_is_not_there_stops_the_start(string? file)
    {
        using var services = With(("Moderation:Kind", "list"), ("Moderation:File", file));

        Assert.StartsWith("Moderation:File ", Fault(services), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_read_at_the_start_and_one_that_is_wrong_stops_it()
    {
        var folder = Directory.CreateTempSubdirectory("actors-test-");
        var (good, bad) = (Path.Combine(folder.FullName, "good"), Path.Combine(folder.FullName, "bad"));
        await File.WriteAllTextAsync(good, "violence: kill", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bad, "no category", TestContext.Current.CancellationToken);
        await using var list = With(("Moderation:Kind", "list"), ("Moderation:File", good));
        await using var wrong = With(("Moderation:Kind", "list"), ("Moderation:File", bad));

        list.GetRequiredService<IStartupValidator>().Validate();
        Assert.Contains("line 1", Fault(wrong), StringComparison.Ordinal);
        Assert.Equal("violence", (await list.GetRequiredService<IModeration>().JudgeAsync("kill")).Category);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Without_settings_every_prompt_is_accepted()
    {
        await using var services = With();

        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Same(ModerationVerdict.Accepted, await services.GetRequiredService<IModeration>().JudgeAsync("kill"));
    }

    private static string Fault(ServiceProvider services) =>
        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Message;

    private static ServiceProvider Services(ProviderServer server, params (string Name, string? Value)[] settings) =>
        With([("Moderation:Kind", "openai"), ("Moderation:Url", server.Url.ToString()), ("Moderation:Key", Key), .. settings]);

    private static ServiceProvider With(params (string Name, string? Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build())
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        .AddModeration()
        .BuildServiceProvider();
}
