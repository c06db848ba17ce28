using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Jobs;

/// <summary>
/// Does the jobs of one handler's queue: leases them, says that it lives, reports how they end. An attempt that is lost (cancelled, given up, or
/// its silo died for too long) or over its time is stopped, and its queue, which knows it by itself, is told nothing; what a stop of the process
/// interrupts is tried again elsewhere. Whatever goes wrong, the worker goes on.
/// </summary>
internal sealed partial class JobWorker(
    IJobHandler handler, IGrainFactory grains, IOptions<WorkerOptions> options, TimeProvider time, ILogger<JobWorker> logger)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the process's stop waits for a job that is on its way, and then for somebody to hear how an attempt ended.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly string _name = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7():n}";
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _attempts = new(StringComparer.Ordinal);

    /// <summary>Works until it is stopped; then what is under way is handed back first.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        Caller.Current = Caller.System;
        var shards = await RepeatAsync(() => Settings.Shards(), stopping);
        await Task.WhenAll(Enumerable.Range(0, shards).Select(shard => Task.WhenAll(
            WorkAsync(QueueOf(shard), stopping),
            HeartbeatAsync(QueueOf(shard), () => [.. _attempts.Keys.Where(id => JobShards.Of(id, shards) == shard)], stopping))));
    }

    private IQueueSettingsGrain Settings => grains.GetGrain<IQueueSettingsGrain>(handler.Queue);

    private IQueueGrain QueueOf(int shard) => grains.GetGrain<IQueueGrain>($"{handler.Queue}/{shard}");

    private async Task WorkAsync(IQueueGrain queue, CancellationToken stopping)
    {
        var running = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            running.RemoveAll(attempt => attempt.IsCompleted);
            if (running.Count >= options.Value.AtOnce)
            {
                await Task.WhenAny(running);
                continue;
            }

            try
            {
                foreach (var lease in await LeaseAsync(queue, options.Value.AtOnce - running.Count, stopping))
                {
                    running.Add(DoAsync(queue, lease, stopping));
                }
            }
#pragma warning disable CA1031 // whatever it meets, it asks again
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (stopping.IsCancellationRequested)
                {
                    break; // what is under way is handed back below
                }

                LogNoLease(failure, handler.Queue);
                await Task.Delay(AfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(running);
    }

    // What is on its way here when the process stops is waited for, and handed back: else it would be missed only after a while, and count as a try.
    private async Task<ImmutableArray<JobLease>> LeaseAsync(IQueueGrain queue, int count, CancellationToken stopping)
    {
        using var enough = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var leases = queue.Lease(_name, count, JobLimits.LongestWait, enough.Token);
        try
        {
            return await leases.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            enough.CancelAfter(Farewell);
            await queue.Leave(_name).WaitAsync(enough.Token);
            return await leases;
        }
    }

    private async Task DoAsync(IQueueGrain queue, JobLease lease, CancellationToken stopping)
    {
        var left = lease.TimeoutAt - time.GetUtcNow();
        using var timeout = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        await using var hurry = stopping.Register(() => timeout.CancelAfter(Farewell));
        _attempts[lease.JobId] = attempt;
        try
        {
            var next = await TryAsync(lease, attempt, timeout.Token, stopping);
            // Also while the process stops, as a failure is: what is reported now need not time out.
            await RepeatAsync(
                async () =>
                {
                    await queue.Ended(lease.JobId, lease.Attempt, next);
                    return true;
                },
                timeout.Token);
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested)
        {
            // Lost, or over its time.
        }
#pragma warning disable CA1031 // one attempt's end must not be the worker's
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotReported(failure, lease.JobId);
        }
        finally
        {
            _attempts.TryRemove(new(lease.JobId, attempt)); // a newer attempt may stand there by now
        }
    }

    /// <summary>Runs the attempt and tells the owner how it ended; when the next one may begin.</summary>
    /// <exception cref="OperationCanceledException">The attempt is lost or over its time: nothing that this worker says counts.</exception>
    private async Task<DateTimeOffset?> TryAsync(JobLease lease, CancellationTokenSource attempt, CancellationToken timeout, CancellationToken stopping)
    {
        var owner = grains.GetGrain<IJobOwner>(lease.Owner);
        try
        {
            var result = await handler.RunAsync(
                lease,
                async (progress, provider, providerId) =>
                {
                    if (!await RepeatAsync(() => owner.ReportJob(lease.JobId, lease.Attempt, progress, provider, providerId), attempt.Token))
                    {
                        await attempt.CancelAsync();
                    }
                },
                attempt.Token);
            if (!await RepeatAsync(() => owner.CompleteJob(lease.JobId, lease.Attempt, result), timeout))
            {
                await handler.DiscardAsync(lease); // another attempt is the present one: nobody wants what this one made
            }

            return null;
        }
        catch (JobFailedException failed)
        {
            return await FailAsync(failed.Failure);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return await FailAsync(JobFailure.Interrupted);
        }
#pragma warning disable CA1031 // a handler's mistake ends its attempt, not the worker
        catch (Exception failure) when (failure is not OperationCanceledException || !attempt.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(failure, lease.JobId);
            return await FailAsync(new JobFailure("WORKER_FAILED", failure.GetType().Name));
        }

        Task<DateTimeOffset?> FailAsync(JobFailure failure) => RepeatAsync(
            async () => await owner.FailJob(lease.JobId, lease.Attempt, failure, (await Settings.Get()).Settings), timeout);
    }

    private async Task HeartbeatAsync(IQueueGrain queue, Func<ImmutableArray<string>> attempts, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(JobLimits.Heartbeat, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                foreach (var lost in (await queue.Heartbeat(_name, attempts())).Lost)
                {
                    await StopAsync(lost);
                }
            }
#pragma warning disable CA1031 // whatever it meets, it says so again
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogNoHeartbeat(failure, handler.Queue);
            }
        }
    }

    private async Task StopAsync(string jobId)
    {
        try
        {
            await (_attempts.GetValueOrDefault(jobId)?.CancelAsync() ?? Task.CompletedTask);
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Tries until it goes well: all that is tried here may be repeated.</summary>
    private async Task<T> RepeatAsync<T>(Func<Task<T>> action, CancellationToken enough)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or AppException { Kind: not ErrorKind.Unavailable }))
            {
                LogRepeated(failure, handler.Queue);
                await Task.Delay(AfterFailure, time, enough);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Queue} gives no jobs at the moment")]
    private partial void LogNoLease(Exception exception, string queue);

    [LoggerMessage(LogLevel.Warning, "{Queue} does not hear that this worker lives")]
    private partial void LogNoHeartbeat(Exception exception, string queue);

    [LoggerMessage(LogLevel.Warning, "A call of {Queue} or its job failed; it is repeated")]
    private partial void LogRepeated(Exception exception, string queue);

    [LoggerMessage(LogLevel.Warning, "How job {Job} ended could not be told; it will time out")]
    private partial void LogNotReported(Exception exception, string job);

    [LoggerMessage(LogLevel.Error, "Job {Job} failed by a fault of the worker")]
    private partial void LogFailed(Exception exception, string job);
}
