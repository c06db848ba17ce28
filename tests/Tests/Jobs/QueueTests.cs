using System.Collections.Concurrent;
using System.Net;
using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Actors.Jobs;

/// <summary>Jobs and their queue in the running system, on every store.</summary>
public abstract class QueueTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private ActorsApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IGrainFactory Grains
    {
        get
        {
            Caller.Current ??= Caller.System; // of the test that asks
            return _app.Services.GetRequiredService<IGrainFactory>();
        }
    }

    private IQueueJobsGrain Jobs => Grains.GetGrain<IQueueJobsGrain>("background");

    private IQueueGrain Queue => Grains.GetGrain<IQueueGrain>("background/0");

    protected abstract Task<ActorsApp> StartAsync(params (string Name, string Value)[] settings);

    public async ValueTask InitializeAsync() => _app = await StartAsync(("Jobs:Free", "0"));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_job_is_leased_worked_on_and_done()
    {
        var job = await SubmitAsync("user", "one");
        var lease = await LeaseAsync();

        Assert.Equal((job, 1, """{"name":"one"}"""), (lease.JobId, lease.Attempt, lease.Work));
        Assert.True(await OwnerOf(lease).ReportJob(job, 1, 40, "local", "p-1"));
        Assert.Equal((JobStatus.Running, 40), await StatusAsync(job));
        Assert.True(await OwnerOf(lease).CompleteJob(job, 1, """{"ok":true}"""));
        await Queue.Ended(job, 1, null);

        Assert.Equal((JobStatus.Completed, 100), await StatusAsync(job));
        Assert.Equal("""{"ok":true}""", (await Grains.GetGrain<IJobGrain>(job).Get()).Result);
        Assert.Equal((0, 0, 0), Numbers(await Queue.Get()));
    }

    [Fact]
    public async Task Who_waits_for_a_job_gets_it_as_soon_as_it_is_there()
    {
        var waiting = Queue.Lease("worker", 1, Soon, Cancellation);
        await Waiting.UntilAsync(async () => (await Queue.Get()).Workers == 1, Soon, () => "The worker is not known.");

        var job = await SubmitAsync("user", "one");

        Assert.Equal(job, Assert.Single(await waiting.WaitAsync(Soon, Cancellation)).JobId);
    }

    [Fact]
    public async Task Who_leaves_need_not_wait_for_a_job_that_does_not_come_and_is_given_none()
    {
        var waiting = Queue.Lease("worker", 1, JobLimits.LongestWait, Cancellation);
        await Waiting.UntilAsync(async () => (await Queue.Get()).Workers == 1, Soon, () => "The worker is not known.");

        await Queue.Leave("worker");

        Assert.Empty(await waiting.WaitAsync(JobLimits.LongestWait / 2, Cancellation));
        await SubmitAsync("user", "one");
        Assert.Equal((1, 0, 0), Numbers(await Queue.Get()));
    }

    [Fact]
    public async Task No_more_begins_at_once_than_the_settings_allow_and_a_change_counts_at_once()
    {
        await SubmitAsync("user", "one");
        await SubmitAsync("user", "two");
        await SubmitAsync("user", "three");

        Assert.Single(await Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation));
        Assert.Empty(await Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation));
        await ConfigureAsync(new() { MaxConcurrency = 2 });
        Assert.Single(await Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation));
        await ConfigureAsync(new() { MaxConcurrency = 9, IsActive = false });
        Assert.Empty(await Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation));
        await ConfigureAsync(new() { MaxConcurrency = 9 });
        Assert.Single(await Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation));
    }

    [Fact]
    public async Task A_failed_attempt_comes_again_after_its_pause_and_the_old_one_counts_for_nothing()
    {
        await ConfigureAsync(new() { RetryDelayBase = TimeSpan.Zero, RetryDelayMax = TimeSpan.FromSeconds(1) });
        var job = await SubmitAsync("user", "one");
        var first = await LeaseAsync();

        var next = await OwnerOf(first).FailJob(job, 1, new("DOWN", "no answer"), new() { RetryDelayBase = TimeSpan.Zero });
        await Queue.Ended(job, 1, next);
        var second = await LeaseAsync();

        Assert.Equal((job, 2), (second.JobId, second.Attempt));
        Assert.False(await OwnerOf(first).CompleteJob(job, 1, "{}"));
        Assert.True(await OwnerOf(second).CompleteJob(job, 2, "{}"));
    }

    [Fact]
    public async Task A_queue_that_begins_anew_knows_what_waits_and_what_runs()
    {
        var running = await SubmitAsync("user", "one");
        var lease = await LeaseAsync();
        var waiting = await SubmitAsync("user", "two");
        await Queue.AsReference<IGrainManagementExtension>().DeactivateOnIdle();

        await Waiting.UntilAsync(async () => Numbers(await Queue.Get()) == (1, 0, 1), Soon, () => "The queue does not know its jobs.");
        Assert.Empty((await Queue.Heartbeat("worker", [running])).Lost);
        Assert.Equal(["gone"], (await Queue.Heartbeat("worker", [running, "gone"])).Lost.ToArray());
        Assert.True(await OwnerOf(lease).CompleteJob(running, 1, "{}"));
        await Queue.Ended(running, 1, null);
        Assert.Equal(waiting, (await LeaseAsync()).JobId);
    }

    [Fact]
    public async Task An_attempt_that_began_unheard_is_soon_known_as_under_way()
    {
        await ConfigureAsync(new() { IsActive = false });
        var job = await SubmitAsync("user", "one");
        var owner = Grains.GetGrain<IJobOwner>(GrainId.Parse((await Jobs.List(new() { Status = JobStatus.Pending })).Items.Single().Owner));
        Assert.NotNull(await owner.StartJob(job, new())); // the queue whose call this was did not hear the answer

        await ConfigureAsync(new());
        Assert.Empty(await Queue.Lease("worker", 1, TimeSpan.Zero, Cancellation));

        await Waiting.UntilAsync(async () => (await Queue.Heartbeat("worker", [job])).Lost.IsEmpty, Soon, () => "The queue does not know that it is under way.");
        Assert.Equal((0, 0, 1), Numbers(await Queue.Get()));
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_given_up_and_comes_again()
    {
        await ConfigureAsync(new() { JobTimeout = TimeSpan.FromSeconds(1), RetryDelayBase = TimeSpan.Zero, RetryDelayMax = TimeSpan.Zero });
        var job = await SubmitAsync("user", "one");
        await LeaseAsync();

        var second = await LeaseAsync();

        Assert.Equal((job, 2), (second.JobId, second.Attempt));
        Assert.Equal("TIMEOUT", (await Grains.GetGrain<IJobGrain>(job).Get()).ErrorCode);
    }

    [Fact]
    public async Task A_user_has_as_many_under_way_as_his_tier_allows_also_when_the_queue_begins_anew()
    {
        await using var before = _app;
        _app = await StartAsync(("Jobs:Free", "1"), ("Jobs:Premium", "3"));
        await ConfigureAsync(new() { MaxConcurrency = 20 });
        var (admin, premium, free) = (await _app.AdminAsync(), await _app.RegisterAsync(), await _app.RegisterAsync());
        (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{premium.UserId}", new { tier = "premium" })).Expect(HttpStatusCode.OK);
        foreach (var user in new[] { premium.UserId, free.UserId, "nobody" })
        {
            for (var i = 0; i < 5; i++)
            {
                await SubmitAsync(user, $"job {i}");
            }
        }

        var leases = await Queue.Lease("worker", 20, TimeSpan.Zero, Cancellation);
        Assert.Equal(3 + 1 + 1, leases.Length);
        await Queue.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await Waiting.UntilAsync(async () => (await Queue.Get()).Running == 5, Soon, () => "The queue does not know its jobs.");
        foreach (var lease in leases)
        {
            await OwnerOf(lease).CompleteJob(lease.JobId, lease.Attempt, "{}");
            await Queue.Ended(lease.JobId, lease.Attempt, null);
        }

        Assert.Equal(2 + 1 + 1, (await Queue.Lease("worker", 20, TimeSpan.Zero, Cancellation)).Length);
    }

    [Fact]
    public async Task A_higher_tier_goes_first_if_the_queue_heeds_priorities_also_when_the_queue_begins_anew()
    {
        var (admin, premium, free) = (await _app.AdminAsync(), await _app.RegisterAsync(), await _app.RegisterAsync());
        (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{premium.UserId}", new { tier = "premium" })).Expect(HttpStatusCode.OK);
        await ConfigureAsync(new() { EnablePriority = true });
        await SubmitAsync(free.UserId, "first");
        var jobs = new HashSet<string>(StringComparer.Ordinal) { await SubmitAsync(premium.UserId, "one"), await SubmitAsync(premium.UserId, "two") };

        var lease = await LeaseAsync();
        Assert.True(jobs.Remove(lease.JobId)); // either: they may be of one millisecond
        await OwnerOf(lease).CompleteJob(lease.JobId, lease.Attempt, "{}");
        await Queue.Ended(lease.JobId, lease.Attempt, null);
        await Queue.AsReference<IGrainManagementExtension>().DeactivateOnIdle();

        Assert.Equal(Assert.Single(jobs), (await LeaseAsync()).JobId);
    }

    [Fact]
    public async Task A_user_sees_where_his_task_stands_in_its_queue()
    {
        var (admin, user, other) = (await _app.AdminAsync(), await _app.RegisterAsync(), await _app.RegisterAsync());
        (await admin.SendAsync(HttpMethod.Patch, "/api/v1/admin/queues/image-generation", new { isActive = false })).Expect(HttpStatusCode.OK);
        var (first, second) = (await TaskAsync(other), await TaskAsync(user));

        var images = (await user.GetAsync($"{second}/queue")).Expect(HttpStatusCode.OK).Data.GetProperty("images").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2, 3], images.Select(i => i.GetProperty("index").GetInt32()));
        Assert.Equal([2, 4, 6, 8], images.Select(i => i.GetProperty("position").GetInt32()).Order());
        (await user.GetAsync($"{first}/queue")).ExpectError(HttpStatusCode.NotFound, "TASK_NOT_FOUND");
        (await other.PostAsync($"{first}/cancel")).Expect(HttpStatusCode.OK);
        Assert.Empty((await other.GetAsync($"{first}/queue")).Data.GetProperty("images").EnumerateArray());
        var left = (await user.GetAsync($"{second}/queue")).Data.GetProperty("images").EnumerateArray();
        Assert.Equal([1, 2, 3, 4], left.Select(i => i.GetProperty("position").GetInt32()).Order());

        static async Task<string> TaskAsync(ActorsClient user) =>
            "/api/v1/tasks/" + (await user.PostAsync("/api/v1/tasks", new { prompt = "p" })).Expect(HttpStatusCode.Created).Data.GetProperty("id").GetString();
    }

    [Fact]
    public void Every_queue_has_a_name_that_operators_are_told() => Assert.Equal(
        QueueNames.All.Order(StringComparer.Ordinal),
        _app.Services.GetServices<IJobTable>().SelectMany(table => table.Queues).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Who_comes_into_the_flood_of_another_waits_for_no_more_than_two_jobs()
    {
        var (flood, user) = ((await _app.RegisterAsync()).UserId, (await _app.RegisterAsync()).UserId);
        await Parallel.ForAsync(0, 1_000, Cancellation, async (n, _) => await SubmitAsync(flood, $"job {n}"));
        var under = await LeaseAsync();
        var mine = await SubmitAsync(user, "one");
        Assert.InRange((await Queue.Find(mine))!.Position, 1, 2);

        var begun = new List<string>();
        for (var lease = under; lease.JobId != mine; lease = await LeaseAsync())
        {
            begun.Add(lease.JobId);
            await OwnerOf(lease).CompleteJob(lease.JobId, lease.Attempt, "{}");
            await Queue.Ended(lease.JobId, lease.Attempt, null);
        }

        Assert.InRange(begun.Count, 1, 2);
    }

    [Fact]
    public async Task A_cancelled_job_does_not_begin_and_its_worker_learns_of_it()
    {
        var running = await SubmitAsync("user", "one");
        var lease = await LeaseAsync();
        var waiting = await SubmitAsync("user", "two");

        await Grains.GetGrain<IJobGrain>(waiting).Cancel();
        await Grains.GetGrain<IJobGrain>(running).Cancel();

        Assert.Equal([running], (await Queue.Heartbeat("worker", [running])).Lost.ToArray());
        Assert.False(await OwnerOf(lease).CompleteJob(running, 1, "{}"));
        Assert.Empty(await Queue.Lease("worker", 10, TimeSpan.Zero, Cancellation));
        Assert.Equal(JobStatus.Cancelled, (await Grains.GetGrain<IJobGrain>(waiting).Get()).Status);
    }

    [Fact]
    public async Task What_was_given_up_can_be_requeued()
    {
        var job = await SubmitAsync("user", "one");
        var lease = await LeaseAsync();
        Assert.Null(await OwnerOf(lease).FailJob(job, 1, new("REFUSED", "no", MayPass: false), new()));
        await Queue.Ended(job, 1, null);

        await Jobs.Requeue(job);
        await Assert.ThrowsAsync<AppException>(() => Jobs.Requeue(job));

        Assert.Equal((job, 2), ((await LeaseAsync()) is var again ? (again.JobId, again.Attempt) : default));
    }

    [Fact]
    public async Task An_operator_sees_what_was_given_up_page_by_page_and_requeues_it_all()
    {
        await ConfigureAsync(new() { MaxConcurrency = 9 });
        var open = await SubmitAsync("user", "open");
        var failed = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            failed.Add(await SubmitAsync("user", $"job {i}"));
        }

        foreach (var lease in await Queue.Lease("worker", 9, TimeSpan.Zero, Cancellation))
        {
            if (lease.JobId != open)
            {
                await OwnerOf(lease).FailJob(lease.JobId, 1, new("REFUSED", "no", MayPass: false), new());
                await Queue.Ended(lease.JobId, 1, null);
            }
        }

        var first = await Jobs.List(new() { Limit = 2 }, Cancellation);
        var rest = await Jobs.List(new() { Limit = 2, Cursor = first.NextCursor }, Cancellation);
        var listed = first.Items.Concat(rest.Items).ToList();
        Assert.Equal(listed.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id, StringComparer.Ordinal), listed); // several may be of one millisecond
        Assert.Equal(failed.Order(StringComparer.Ordinal), listed.Select(j => j.Id).Order(StringComparer.Ordinal));
        Assert.Equal(("job/" + listed[0].Id, "user", JobStatus.Failed, 1, "REFUSED", "no"), first.Items[0] is var job
            ? (job.Owner, job.UserId, job.Status, job.Attempts, job.ErrorCode, job.ErrorMessage) : default);
        Assert.Equal([open], (await Jobs.List(new() { Status = JobStatus.Running }, Cancellation)).Items.Select(j => j.Id));
        Assert.Empty((await Jobs.List(new() { Status = JobStatus.Timeout }, Cancellation)).Items);

        var requeued = await Jobs.RequeuePage(new() { Limit = 2 });
        Assert.Equal((2, 0), (requeued.Count, requeued.Refused));
        Assert.Equal(1, (await Jobs.RequeuePage(new() { Cursor = requeued.NextCursor })).Count);
        Assert.Equal((3, 0, 1), Numbers(await Queue.Get()));
    }

    [Fact]
    public async Task Many_workers_and_producers_do_each_job_once()
    {
        const int Many = 300;
        await ConfigureAsync(new() { MaxConcurrency = 20 });
        var done = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var workers = Enumerable.Range(0, 4).Select(n => WorkAsync($"worker-{n}", done, enough.Token)).ToList();
        await Parallel.ForAsync(0, Many, Cancellation, async (n, _) =>
        {
            Caller.Current = Caller.System;
            await SubmitAsync($"user-{n % 5}", $"job {n}");
        });

        await Waiting.UntilAsync(() => Task.FromResult(done.Count == Many), TimeSpan.FromSeconds(60), () => $"{done.Count} of {Many} jobs are done.");
        await enough.CancelAsync();
        await Task.WhenAll(workers);

        Assert.All(done.Values, times => Assert.Equal(1, times));
        Assert.Equal((0, 0, 0), Numbers(await Queue.Get()));
    }

    [Fact]
    public async Task Queues_of_several_grains_read_on_when_what_they_hold_runs_out()
    {
        await using var app = _app;
        _app = await StartAsync(("Jobs:Shards:background", "2"), ("Jobs:InMemory", "100"), ("Jobs:Free", "0"));
        var jobs = new HashSet<string>();
        for (var i = 0; i < 250; i++)
        {
            jobs.Add(await SubmitAsync("user", $"job {i}"));
        }

        await ConfigureAsync(new() { MaxConcurrency = 100 });
        await Waiting.UntilAsync(
            async () =>
            {
                for (var shard = 0; shard < 2; shard++)
                {
                    var queue = Grains.GetGrain<IQueueGrain>($"background/{shard}");
                    foreach (var lease in await queue.Lease("worker", 100, TimeSpan.Zero, Cancellation))
                    {
                        jobs.Remove(lease.JobId);
                        await OwnerOf(lease).CompleteJob(lease.JobId, lease.Attempt, "{}");
                        await queue.Ended(lease.JobId, lease.Attempt, null);
                    }
                }

                return jobs.Count == 0;
            },
            Soon,
            () => $"{jobs.Count} jobs did not begin.");
    }

    private async Task WorkAsync(string worker, ConcurrentDictionary<string, int> done, CancellationToken enough)
    {
        Caller.Current = Caller.System;
        while (!enough.IsCancellationRequested)
        {
            foreach (var lease in await Queue.Lease(worker, 5, TimeSpan.FromMilliseconds(200), CancellationToken.None))
            {
                if (await OwnerOf(lease).CompleteJob(lease.JobId, lease.Attempt, "{}"))
                {
                    done.AddOrUpdate(lease.JobId, 1, (_, times) => times + 1);
                }

                await Queue.Ended(lease.JobId, lease.Attempt, null);
            }
        }
    }

    private async Task<string> SubmitAsync(string user, string name)
    {
        var before = Caller.Current;
        Caller.Current = new Caller { UserId = user };
        var id = Ids.New(TimeProvider.System.GetUtcNow());
        await Grains.GetGrain<IJobGrain>(id).Submit(new SubmitJob { Queue = "background", Work = $$"""{"name":"{{name}}"}""" });
        Caller.Current = before;
        return id;
    }

    private async Task<JobLease> LeaseAsync() => Assert.Single(await Queue.Lease("worker", 1, Soon, Cancellation));

    private IJobOwner OwnerOf(JobLease lease) => Grains.GetGrain<IJobOwner>(lease.Owner);

    private async Task ConfigureAsync(QueueSettings settings) => await Grains.GetGrain<IQueueSettingsGrain>("background").Configure(settings, null);

    private async Task<(JobStatus Status, int Progress)> StatusAsync(string id) =>
        await Grains.GetGrain<IJobGrain>(id).Get() is var job ? (job.Status, job.Progress) : default;

    private static (int Waiting, int Delayed, int Running) Numbers(QueueState state) => (state.Waiting, state.Delayed, state.Running);
}

/// <inheritdoc/>
public sealed class QueueOnSqliteTests : QueueTests
{
    protected override Task<ActorsApp> StartAsync(params (string Name, string Value)[] settings) => Task.FromResult(new ActorsApp(null, settings));
}

/// <inheritdoc/>
public sealed class QueueOnPostgresTests(PostgresServer server) : QueueTests
{
    protected override async Task<ActorsApp> StartAsync(params (string Name, string Value)[] settings) => new(await server.CreateDatabaseAsync(), settings);
}
