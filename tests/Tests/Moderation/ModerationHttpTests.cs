using System.Net;
using Actors.Generation;
using Actors.Infrastructure;
using Actors.Providers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Actors.Moderation;

/// <summary>Prompts that are judged, in the running system, on every store.</summary>
public abstract class ModerationHttpTests : IAsyncLifetime
{
    private const string Tasks = "/api/v1/tasks";
    private const string Accepts = """{"results":[{"flagged":false}]}""";
    private const string Rejects = """{"results":[{"flagged":true,"categories":{"violence":true}}]}""";

    private string? _answer = Accepts;
    private ProviderServer _judge = null!;
    private ActorsApp _app = null!;

    protected abstract Task<ActorsApp> StartAsync(params (string, string)[] settings);

    public async ValueTask InitializeAsync()
    {
        _judge = await ProviderServer.StartAsync((_, http) =>
        {
            http.Response.StatusCode = _answer is null ? 500 : 200;
            return http.Response.WriteAsync(_answer ?? "");
        });
        _app = await StartAsync(("Workers:AtOnce", "0"), ("Moderation:Kind", "openai"), ("Moderation:Url", _judge.Url.ToString()));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _judge.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_rejected_prompt_makes_no_task_and_its_category_is_told()
    {
        var user = await _app.RegisterAsync();
        _answer = Rejects;

        var refused = (await user.PostAsync(Tasks, new { prompt = "p" })).ExpectError(HttpStatusCode.UnprocessableEntity, "PROMPT_REJECTED");

        Assert.Equal(("prompt", "violence"), Assert.Single(refused.Error.GetProperty("details").EnumerateArray()) is var detail
            ? (detail.GetProperty("field").GetString(), detail.GetProperty("message").GetString())
            : default);
        Assert.Empty((await user.GetAsync(Tasks)).Expect(HttpStatusCode.OK).Data.EnumerateArray());
    }

    [Fact]
    public async Task What_was_accepted_is_answered_the_same_whatever_is_said_of_it_later()
    {
        var user = await _app.RegisterAsync();
        var first = (await CreateAsync(user)).Expect(HttpStatusCode.Created);
        var task = first.Data.GetProperty("id").GetString()!;
        foreach (var later in new[] { Rejects, null })
        {
            _answer = later;
            Assert.Equal(task, (await CreateAsync(user)).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString());
            await _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IGenerationGrain>(task).AsReference<IGrainManagementExtension>().DeactivateOnIdle();
            Assert.Equal(first.Text, (await CreateAsync(user)).Expect(HttpStatusCode.Created).Text);
        }
    }

    [Fact]
    public async Task While_nobody_judges_nothing_is_taken_and_the_same_key_works_later()
    {
        var user = await _app.RegisterAsync();
        _answer = null;
        (await CreateAsync(user)).ExpectError(HttpStatusCode.ServiceUnavailable, "MODERATION_UNAVAILABLE");
        Assert.Empty((await user.GetAsync(Tasks)).Expect(HttpStatusCode.OK).Data.EnumerateArray());

        _answer = Accepts;

        (await CreateAsync(user)).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_is_no_prompt_is_sent_to_nobody()
    {
        var user = await _app.RegisterAsync();

        (await user.PostAsync(Tasks, new { prompt = new string('p', GenerationLimits.Prompt + 1) })).ExpectError(HttpStatusCode.BadRequest, "VALIDATION_FAILED");

        Assert.Empty(_judge.Requests);
    }

    private static Task<Answer> CreateAsync(ActorsClient user) => user.SendAsync(HttpMethod.Post, Tasks, new { prompt = "p" }, ("Idempotency-Key", "one"));
}

/// <inheritdoc/>
public sealed class ModerationHttpOnSqliteTests : ModerationHttpTests
{
    protected override Task<ActorsApp> StartAsync(params (string, string)[] settings) => Task.FromResult(new ActorsApp(null, settings));
}

/// <inheritdoc/>
public sealed class ModerationHttpOnPostgresTests(PostgresServer server) : ModerationHttpTests
{
    protected override async Task<ActorsApp> StartAsync(params (string, string)[] settings) => new(await server.CreateDatabaseAsync(), settings);
}
