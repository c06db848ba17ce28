using System.Text.Json;
using Actors.Infrastructure;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Actors.Generation;

/// <summary>Requests and their queue in the running system, on every store.</summary>
public abstract class GenerationGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>The tests are the workers.</summary>
    protected static readonly (string, string) NoWorkers = ("Workers:AtOnce", "0");

    private ActorsApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    protected abstract Task<ActorsApp> StartAsync();

    public async ValueTask InitializeAsync() => _app = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_prompt_becomes_four_images_one_after_the_other_as_the_queue_s_default_says()
    {
        var request = await CreateAsync();
        for (var i = 0; i < 4; i++)
        {
            var lease = Assert.Single(await AsSystem(() => Queue.Lease("worker", 10, Soon, Cancellation)));
            Assert.Equal("齿轮箱", JsonDocument.Parse(lease.Work).RootElement.GetProperty("prompt").GetString());
            Assert.True(await AsSystem(() => Grains.GetGrain<IJobOwner>(lease.Owner).CompleteJob(lease.JobId, lease.Attempt, $"blob-{i}")));
            await AsSystem(async () =>
            {
                await Queue.Ended(lease.JobId, lease.Attempt, null);
                return true;
            });
        }

        await ForgetAsync(request);
        var done = await AsOwner(() => Grain(request).Get());

        Assert.Equal((RequestStatus.ImageCompleted, RequestPhase.AwaitingSelection, 9L), (done.Status, done.Phase, done.Version));
        Assert.Equal(["blob-0", "blob-1", "blob-2", "blob-3"], done.Images.Select(i => i.ImageFileId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_read_back_is_what_was_in_memory_and_its_changes_are_a_log_without_gaps()
    {
        var request = await CreateAsync();
        var lease = Assert.Single(await AsSystem(() => Queue.Lease("worker", 10, Soon, Cancellation)));
        await AsSystem(() => Grains.GetGrain<IJobOwner>(lease.Owner).FailJob(lease.JobId, 1, new("DOWN", "no answer", RetryAfter: TimeSpan.FromSeconds(90)), new()));
        var before = await AsOwner(() => Grain(request).Get());
        await ForgetAsync(request);

        var after = await AsOwner(() => Grain(request).Get());
        var log = await AsOwner(() => Grain(request).ReadChanges(0, 100, Cancellation));

        Assert.Equal(before with { Images = [] }, after with { Images = [] });
        Assert.Equal(before.Images.ToArray(), after.Images.ToArray());
        Assert.Equal([1L, 2L, 3L], log.Changes.Select(c => c.Version));
        Assert.Equal(["task.created", "image.changed", "image.changed"], log.Changes.Select(c => c.Kind));
    }

    [Fact]
    public async Task After_cancelling_nothing_begins_any_more()
    {
        var request = await CreateAsync();

        await AsOwner(() => Grain(request).Cancel());

        Assert.Empty(await AsSystem(() => Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation)));
    }

    [Fact]
    public async Task An_operator_requeues_a_failed_image_with_its_request_as_long_as_that_is_not_over()
    {
        var request = await CreateAsync();
        var jobs = Grains.GetGrain<IQueueJobsGrain>("image-generation");
        string? failed = null;
        for (var i = 0; i < 4; i++)
        {
            var lease = Assert.Single(await AsSystem(() => Queue.Lease("worker", 10, Soon, Cancellation)));
            failed ??= lease.JobId;
            await AsSystem(() => Grains.GetGrain<IJobOwner>(lease.Owner).FailJob(lease.JobId, 1, new("REFUSED", "no", MayPass: false), new()));
            await AsSystem(async () =>
            {
                await Queue.Ended(lease.JobId, lease.Attempt, null);
                return true;
            });
        }

        var listed = await AsSystem(() => jobs.List(new(), Cancellation));
        Assert.Equal((4, $"generation/{request}", Owner), (listed.Items.Length, listed.Items[0].Owner, listed.Items[0].UserId));
        await AsSystem(() => RequeueAsync(jobs, failed!));

        Assert.Equal(RequestStatus.ImageGenerating, (await AsOwner(() => Grain(request).Get())).Status);
        Assert.Equal((failed, 2), Assert.Single(await AsSystem(() => Queue.Lease("worker", 10, Soon, Cancellation))) is var again ? (again.JobId, again.Attempt) : default);
        Assert.Equal("JOB_IS_OPEN", (await Assert.ThrowsAsync<AppException>(() => AsSystem(() => RequeueAsync(jobs, failed!)))).Code);
        await AsOwner(() => Grain(request).Cancel());
        var refused = await AsSystem(() => jobs.RequeuePage(new()));
        Assert.Equal((0, 3), (refused.Count, refused.Refused));
    }

    private static async Task<bool> RequeueAsync(IQueueJobsGrain jobs, string id)
    {
        await jobs.Requeue(id);
        return true;
    }

    private IQueueGrain Queue => Grains.GetGrain<IQueueGrain>("image-generation/0");

    private string Owner { get; set; } = "";

    private IGenerationGrain Grain(string id) => Grains.GetGrain<IGenerationGrain>(id);

    private async Task<string> CreateAsync()
    {
        Owner = (await _app.RegisterAsync()).UserId;
        var id = Ids.New(TimeProvider.System.GetUtcNow());
        await AsOwner(() => Grain(id).Create(new("齿轮箱")));
        return id;
    }

    private Task<T> AsOwner<T>(Func<Task<T>> call) => As(new Caller { UserId = Owner }, call);

    private static Task<T> AsSystem<T>(Func<Task<T>> call) => As(Caller.System, call);

    private static async Task<T> As<T>(Caller caller, Func<Task<T>> call)
    {
        Caller.Current = caller;
        return await call();
    }

    private async Task ForgetAsync(string id) => await Grain(id).AsReference<IGrainManagementExtension>().DeactivateOnIdle();
}

/// <inheritdoc/>
public sealed class GenerationGrainOnSqliteTests : GenerationGrainTests
{
    protected override Task<ActorsApp> StartAsync() => Task.FromResult(new ActorsApp(null, NoWorkers));
}

/// <inheritdoc/>
public sealed class GenerationGrainOnPostgresTests(PostgresServer server) : GenerationGrainTests
{
    protected override async Task<ActorsApp> StartAsync() => new(await server.CreateDatabaseAsync(), NoWorkers);
}
