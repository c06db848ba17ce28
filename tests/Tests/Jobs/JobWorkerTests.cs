using Actors.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Core.Internal;

namespace Actors.Jobs;

/// <summary>A worker in the running system, with a handler that does as it is told.</summary>
public sealed class JobWorkerTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ActorsApp _app = new(settings: ("Workers:AtOnce", "0"));
    private readonly Handler _handler = new();
    private JobWorkers _worker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync()
    {
        _worker = WorkersOf(_handler);
        await _worker.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync(CancellationToken.None);
        _worker.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_goes_well_is_completed_with_its_result()
    {
        var job = await SubmitAsync();
        (await _handler.BegunAsync()).SetResult("done");

        Assert.Equal((1, "done", null), await EndAsync(job, JobStatus.Completed));
    }

    [Fact]
    public async Task A_failure_that_cannot_pass_ends_the_job_and_says_why()
    {
        var job = await SubmitAsync();
        (await _handler.BegunAsync()).SetException(new JobFailedException(new JobFailure("REFUSED", "no", MayPass: false)));

        Assert.Equal((1, null, "REFUSED"), await EndAsync(job, JobStatus.Failed));
    }

    [Fact]
    public async Task A_fault_of_the_handler_is_a_failure_like_any_other_and_the_worker_goes_on()
    {
        var faulty = await SubmitAsync();
        (await _handler.BegunAsync()).SetException(new InvalidOperationException("secret"));
        Assert.Equal((1, null, "WORKER_FAILED"), await EndAsync(faulty, JobStatus.Retrying));

        var next = await SubmitAsync();
        (await _handler.BegunAsync()).SetResult("done");
        await EndAsync(next, JobStatus.Completed);
    }

    [Fact]
    public async Task What_is_under_way_when_the_process_stops_is_handed_back()
    {
        var job = await SubmitAsync();
        await _handler.BegunAsync();

        await _worker.StopAsync(CancellationToken.None);

        Assert.Equal((1, null, "INTERRUPTED"), await EndAsync(job, JobStatus.Retrying, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_under_way_though_other_workers_of_the_process_are_idle()
    {
        await _worker.StopAsync(Cancellation);
        var busy = new Handler { IsSlowToStop = true };
        using var workers = WorkersOf(busy, new Handler { Queue = "webhook" });
        await workers.StartAsync(Cancellation);
        var job = await SubmitAsync();
        var attempt = await busy.BegunAsync();
        Caller.Current = Caller.System;
        var idle = Grains.GetGrain<IQueueGrain>("webhook/0");
        await Waiting.UntilAsync(async () => (await idle.Get()).Workers == 1, Soon, () => "The idle one is not known.");

        var stop = workers.StopAsync(CancellationToken.None);
        await Waiting.UntilAsync(async () => (await idle.Get()).Workers == 0, Soon, () => "The idle one did not leave.");
        for (var call = 0; call < 200; call++)
        {
            await idle.Get(); // more than the idle one has to do before it ends
        }

        Assert.False(stop.IsCompleted);
        attempt.SetCanceled(Cancellation);
        await stop;

        Assert.Equal((1, null, "INTERRUPTED"), await EndAsync(job, JobStatus.Retrying, TimeSpan.Zero));
    }

    [Fact]
    public async Task What_is_on_its_way_to_a_worker_that_stops_is_handed_back()
    {
        await _worker.StopAsync(Cancellation);
        var job = await SubmitAsync();
        await using var connection = await ConnectAsync();
        await using var hold = connection.BeginTransaction(deferred: false); // as long as it lasts nobody else writes, so no attempt begins
        using var worker = WorkersOf(_handler);
        await worker.StartAsync(Cancellation);
        Caller.Current = Caller.System;
        var queue = Grains.GetGrain<IQueueGrain>("background/0");
        await Waiting.UntilAsync(async () => await queue.Find(job) is null, Soon, () => "Nobody takes it.");

        var stop = worker.StopAsync(CancellationToken.None);
        await hold.RollbackAsync(Cancellation);
        await stop;

        Assert.Equal((1, null, "INTERRUPTED"), await EndAsync(job, JobStatus.Retrying, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_attempt_over_its_time_is_stopped_and_comes_again()
    {
        await ConfigureAsync(new() { JobTimeout = TimeSpan.FromSeconds(1), RetryDelayBase = TimeSpan.Zero, RetryDelayMax = TimeSpan.Zero });
        var job = await SubmitAsync();
        var attempt = await _handler.BegunAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.Task.WaitAsync(Soon, Cancellation));

        await ConfigureAsync(new());
        (await _handler.BegunAsync()).SetResult("done");

        Assert.Equal("done", (await EndAsync(job, JobStatus.Completed)).Result);
    }

    [Fact]
    public async Task A_cancellation_of_the_handler_s_own_is_a_failure_like_any_other()
    {
        var job = await SubmitAsync();
        (await _handler.BegunAsync()).SetCanceled(Cancellation);

        Assert.Equal((1, null, "WORKER_FAILED"), await EndAsync(job, JobStatus.Retrying));
    }

    [Fact]
    public async Task A_queue_that_cannot_read_its_jobs_does_not_end_its_worker()
    {
        await _worker.StopAsync(Cancellation);
        Caller.Current = Caller.System;
        var queue = Grains.GetGrain<IQueueGrain>("background/0");
        await queue.Get();
        await ExecuteAsync("alter table jobs rename to hidden");
        await queue.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        var log = new WarningLog();
        using var worker = new JobWorkers([_handler], Grains, Options.Create(new WorkerOptions()), TimeProvider.System, log);
        await worker.StartAsync(Cancellation);
        await log.Warned.WaitAsync(Soon, Cancellation);

        await ExecuteAsync("alter table hidden rename to jobs");
        var job = await SubmitAsync();
        (await _handler.BegunAsync()).SetResult("done");

        await EndAsync(job, JobStatus.Completed);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_attempt_that_cannot_tell_how_far_it_is_goes_on_and_tells_it_later()
    {
        await _worker.StopAsync(Cancellation);
        var log = new WarningLog();
        using var worker = new JobWorkers([_handler], Grains, Options.Create(new WorkerOptions()), TimeProvider.System, log);
        await worker.StartAsync(Cancellation);
        var job = await SubmitAsync();
        var attempt = await _handler.BegunAsync();

        await using var other = await ConnectAsync();
        await using var writing = await other.BeginTransactionAsync(Cancellation); // nobody else writes
        var told = _handler.ReportAsync(50);
        await log.Warned.WaitAsync(Soon, Cancellation);
        await writing.RollbackAsync(Cancellation);
        await told.WaitAsync(Soon, Cancellation);
        Assert.Equal(50, (await Grains.GetGrain<IJobGrain>(job).Get()).Progress);
        attempt.SetResult("done");

        Assert.Equal((1, "done", null), await EndAsync(job, JobStatus.Completed));
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_is_stopped()
    {
        var job = await SubmitAsync();
        var attempt = await _handler.BegunAsync();

        Caller.Current = Caller.System;
        await Grains.GetGrain<IJobGrain>(job).Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.Task.WaitAsync(Soon, Cancellation));
    }

    private JobWorkers WorkersOf(params IJobHandler[] handlers) =>
        new(handlers, Grains, Options.Create(new WorkerOptions()), TimeProvider.System, NullLogger<JobWorker>.Instance);

    private async Task ConfigureAsync(QueueSettings settings)
    {
        Caller.Current = Caller.System;
        await Grains.GetGrain<IQueueSettingsGrain>("background").Configure(settings, null);
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={Assert.Single(Directory.GetFiles(_app.Folder, "*.db"))};Pooling=False");
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the test's own text
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<string> SubmitAsync()
    {
        Caller.Current = new Caller { UserId = "user" };
        var id = Ids.New(TimeProvider.System.GetUtcNow());
        await Grains.GetGrain<IJobGrain>(id).Submit(new SubmitJob { Queue = "background", Work = "{}" });
        return id;
    }

    private async Task<(int Attempts, string? Result, string? ErrorCode)> EndAsync(string id, JobStatus status, TimeSpan? within = null)
    {
        Caller.Current = Caller.System;
        Job? job = null;
        await Waiting.UntilAsync(
            async () => (job = await Grains.GetGrain<IJobGrain>(id).Get()).Status == status, within ?? Soon, () => $"The job is {job!.Status}, not {status}.");
        return (job!.Attempts, job.Result, job.ErrorCode);
    }

    /// <summary>Says when something went wrong.</summary>
    private sealed class WarningLog : ILogger<JobWorker>
    {
        private readonly TaskCompletionSource _warned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Warned => _warned.Task;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _warned.TrySetResult();
    }

    /// <summary>Each attempt waits until the test says how it ends, or the worker stops it.</summary>
    private sealed class Handler : IJobHandler
    {
        private readonly System.Threading.Channels.Channel<TaskCompletionSource<string>> _begun =
            System.Threading.Channels.Channel.CreateUnbounded<TaskCompletionSource<string>>();

        private Func<int, string?, string?, Task>? _report;

        public string Queue { get; init; } = "background";

        /// <summary>An attempt goes on though it is stopped, until the test ends it.</summary>
        public bool IsSlowToStop { get; init; }

        public async Task<TaskCompletionSource<string>> BegunAsync() => await _begun.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);

        /// <summary>The last attempt that began is so far.</summary>
        public Task ReportAsync(int progress)
        {
            Caller.Current = Caller.System; // as in the worker
            return _report!(progress, null, null);
        }

        public async Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken)
        {
            _report = report;
            var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var stop = cancellationToken.Register(() => _ = IsSlowToStop || end.TrySetCanceled(cancellationToken));
            await _begun.Writer.WriteAsync(end, CancellationToken.None);
            return await end.Task;
        }
    }
}
