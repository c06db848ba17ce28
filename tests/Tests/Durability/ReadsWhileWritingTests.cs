using System.Net;
using Actors.Blobs;
using Actors.Generation;
using Actors.Infrastructure;
using Actors.Models;
using Actors.Storage;
using Actors.Storage.Sqlite;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Durability;

/// <summary>A change is in the store, and seen there, before the grain that made it has heard so.</summary>
public sealed class ReadsWhileWritingTests : IAsyncDisposable
{
    private const string Tasks = "/api/v1/tasks";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly LateApp _app = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HandMade Hand => new(_app);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(CommitStatus.Committed, HttpStatusCode.OK)]
    [InlineData(CommitStatus.Unknown, HttpStatusCode.ServiceUnavailable)]
    public async Task A_get_is_not_behind_a_list(CommitStatus told, HttpStatusCode answer)
    {
        var user = await _app.RegisterAsync();
        var task = await Hand.TaskAsync(user);
        var (outcome, select) = await SelectAsync(user, task, told);
        Assert.Equal("MODEL_PENDING", (await user.GetAsync(Tasks)).Expect(HttpStatusCode.OK).Data[0].GetProperty("status").GetString());

        var asked = _app.Asked(user.UserId);
        var get = user.GetAsync($"{Tasks}/{task}");
        await asked.WaitAsync(Soon, Cancellation);
        outcome.Open();

        Assert.Equal("MODEL_PENDING", (await get).Expect(HttpStatusCode.OK).Data.GetProperty("status").GetString());
        Assert.Equal(answer, (await select).Status);
    }

    [Fact]
    public async Task A_consumer_that_asks_what_a_change_led_to_is_told_it()
    {
        var user = await _app.RegisterAsync();
        var task = await Hand.TaskAsync(user);
        var asked = _app.Asked(Caller.System.UserId);
        var (outcome, select) = await SelectAsync(user, task);
        await asked.WaitAsync(Soon, Cancellation);
        outcome.Open();

        (await select).Expect(HttpStatusCode.OK);
        await EnsureModelBeginsAsync(task);
    }

    [Fact]
    public async Task A_consumer_that_is_told_less_than_the_log_knows_asks_again()
    {
        var user = await _app.RegisterAsync();
        var task = await Hand.TaskAsync(user);
        Caller.Current = new Caller { UserId = user.UserId };
        _app.Outdated = await _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IGenerationGrain>(task).Get();

        (await user.SendAsync(HttpMethod.Patch, $"{Tasks}/{task}", new { selectedImageIndex = 1 })).Expect(HttpStatusCode.OK);

        await EnsureModelBeginsAsync(task);
        Assert.Null(_app.Outdated); // it was told
    }

    [Fact]
    public async Task What_was_gathered_is_not_written_over_what_nobody_knows_of()
    {
        var user = await _app.RegisterAsync();
        var (_, model) = await Hand.DoneAsync(user);
        var path = $"/api/v1/models/{model}";
        (await user.PostAsync($"{path}/publish")).Expect(HttpStatusCode.OK);
        (await _app.Anonymous().GetAsync($"/api/v1/gallery/{model}")).Expect(HttpStatusCode.OK); // a view, to be counted soon
        _app.Store.Hold(model, ModelEvents.Changed, CommitStatus.Unknown).Open();

        (await user.PostAsync($"{path}/unpublish")).ExpectError(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");

        Assert.Equal("PRIVATE", (await user.GetAsync(path)).Expect(HttpStatusCode.OK).Data.GetProperty("visibility").GetString());
        (await user.SendAsync(HttpMethod.Patch, path, new { name = "齿轮" })).Expect(HttpStatusCode.OK);
    }

    private async Task EnsureModelBeginsAsync(string task) =>
        Assert.Equal(ModelIds.OfRequest(task), (await Hand.LeaseAsync(ModelQueues.Generation)).Owner.Key.ToString());

    /// <summary>The choice of an image, written but not heard of by its grain until the gate opens.</summary>
    private async Task<(HinderedStore.Gate Outcome, Task<Answer> Select)> SelectAsync(ActorsClient user, string task, CommitStatus told = CommitStatus.Committed)
    {
        var outcome = _app.Store.Hold(task, GenerationEvents.ImageSelected, told);
        var select = user.SendAsync(HttpMethod.Patch, $"{Tasks}/{task}", new { selectedImageIndex = 1 });
        await outcome.Reached.WaitAsync(Soon, Cancellation);
        return (outcome, select);
    }

    /// <summary>Over a store whose outcomes a test can hold up.</summary>
    private sealed class LateApp() : ActorsApp(settings: ("Workers:AtOnce", "0")), IIncomingGrainCallFilter
    {
        private readonly Lock _gate = new();
        private (string UserId, TaskCompletionSource Signal)? _watched;

        public LateStore Store => (LateStore)Services.GetRequiredService<ICommitStore>();

        /// <summary>What a consumer that asks for a task is told the next time, instead of what is.</summary>
        public GenerationRequest? Outdated { get; set; }

        /// <summary>When the user asks for a task the next time.</summary>
        public Task Asked(string userId)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _watched = (userId, signal);
            }

            return signal.Task;
        }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.ImplementationMethod is not { Name: nameof(IGenerationGrain.Get), ReturnType: var answer } || answer != typeof(Task<GenerationRequest>))
            {
                await context.Invoke();
                return;
            }

            lock (_gate)
            {
                if (_watched is { } watched && watched.UserId == Caller.Current?.UserId)
                {
                    watched.Signal.TrySetResult();
                }
            }

            await context.Invoke();
            if (Outdated is { } outdated && Caller.Current == Caller.System)
            {
                (Outdated, context.Result) = (null, outdated);
            }
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services
                .AddSingleton<IIncomingGrainCallFilter>(this)
                .AddSingleton<ICommitStore>(p => new LateStore(ActivatorUtilities.CreateInstance<SqliteCommitStore>(p))));
        }
    }

    /// <summary>Tells the outcome of a commit late, or another one.</summary>
    private sealed class LateStore(SqliteCommitStore store) : ICommitStore, IAsyncDisposable
    {
        private volatile Held? _held;

        /// <summary>What becomes of the entity's next commit of that kind is told when the gate opens, as what is given.</summary>
        public HinderedStore.Gate Hold(string id, string kind, CommitStatus told) => (_held = new(id, kind, new(told), new())).Gate;

        public async Task<CommitOutcome> CommitAsync(Commit commit)
        {
            var outcome = await store.CommitAsync(commit);
            if (_held is not { } held || held.Id != commit.Id || !commit.Rows.Any(row => row.Row is ChangeEvent change && change.Kind == held.Kind))
            {
                return outcome;
            }

            Assert.Equal(CommitOutcome.Committed, outcome);
            _held = null;
            await held.Gate.PassAsync();
            return held.Told;
        }

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private sealed record Held(string Id, string Kind, CommitOutcome Told, HinderedStore.Gate Gate);
    }
}
