using System.Diagnostics;
using Actors.Hosting;
using Actors.Jobs;
using Actors.Users;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Bench;

/// <summary>A silo in this process over PostgreSQL, producers of jobs that do nothing, and workers that do them.</summary>
internal sealed class JobSilo : IAsyncDisposable
{
    private const string Name = "background";
    private const int Users = 16;
    private const int Workers = 2; // of each shard

    private static readonly QueueSettings Open = new() { MaxConcurrency = 1_000 };

    private readonly IHost _host;
    private readonly IGrainFactory _grains;
    private readonly IQueueGrain[] _queues;
    private int _jobs;
    private int _done;

    private JobSilo(IHost host, int shards)
    {
        _host = host;
        _grains = host.Services.GetRequiredService<IGrainFactory>();
        _queues = [.. Enumerable.Range(0, shards).Select(shard => _grains.GetGrain<IQueueGrain>($"{Name}/{shard}"))];
    }

    public static async Task<JobSilo> StartAsync(string database, string folder, int shards)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ACTORS_DATA", folder),
            new("ConnectionStrings:Postgres", database),
            new("Workers:AtOnce", "0"),
            new("Jobs:Free", "0"),
            new($"Jobs:Shards:{Name}", $"{shards}"),
        ]);
        builder.Logging.ClearProviders();
        builder.AddEmbeddedSilo();
        var host = builder.Build();
        await host.StartAsync();
        var silo = new JobSilo(host, shards);
        await silo.AddUsersAsync();
        return silo;
    }

    /// <summary>From the call that asks for a job until a worker that waits has its lease, both durable: the median.</summary>
    public async Task<TimeSpan> LatencyAsync(int count)
    {
        await ConfigureAsync(Open);
        var times = new TimeSpan[count];
        for (var i = 0; i < count; i++)
        {
            Caller.Current = Caller.System;
            var id = NewId();
            var leasing = _queues[JobShards.Of(id, _queues.Length)].Lease("worker", 1, JobLimits.LongestWait);
            var started = Stopwatch.GetTimestamp();
            await SubmitAsync(id, i);
            var lease = (await leasing)[0];
            times[i] = Stopwatch.GetElapsedTime(started);
            await CompleteAsync(lease);
        }

        Array.Sort(times);
        return times[count / 2];
    }

    /// <summary>Producers that ask for jobs, as long as not too many are under way, and workers that do them.</summary>
    public async Task<Measured> SustainAsync(TimeSpan time, int producers, int underWay, PostgresCpu postgres)
    {
        await ConfigureAsync(Open);
        using var room = new SemaphoreSlim(underWay);
        using var enough = new CancellationTokenSource();
        var before = _done;
        var (cpu, server, started) = (Environment.CpuUsage.TotalTime, postgres.Read(), Stopwatch.GetTimestamp());
        var workers = WorkAsync(() => room.Release(), enough.Token);
        await Task.WhenAll(Enumerable.Range(0, producers).Select(async number =>
        {
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                await room.WaitAsync();
                await SubmitAsync(NewId(), number);
            }
        }));
        for (var job = 0; job < underWay; job++)
        {
            await room.WaitAsync(); // until the last one is done
        }

        var took = Stopwatch.GetElapsedTime(started);
        var jobs = _done - before;
        var measured = new Measured(jobs / took.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu) / jobs, (postgres.Read() - server) / jobs);
        await enough.CancelAsync();
        await workers;
        return measured;
    }

    /// <summary>How many jobs of a backlog are begun and done a second.</summary>
    public async Task<double> DrainAsync(int count)
    {
        await ConfigureAsync(Open with { IsActive = false });
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (number, _) => await SubmitAsync(NewId(), number));
        using var enough = new CancellationTokenSource();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        var workers = WorkAsync(() => _ = Interlocked.Decrement(ref left) == 0 && end.TrySetResult(), enough.Token);
        var started = Stopwatch.GetTimestamp();
        await ConfigureAsync(Open);
        await end.Task;
        var rate = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await enough.CancelAsync();
        await workers;
        return rate;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task AddUsersAsync()
    {
        Caller.Current = Caller.System;
        for (var number = 0; number < Users; number++)
        {
            await _grains.GetGrain<IUserGrain>($"user-{number}").ConfirmEmail(new ConfirmEmail($"user-{number}@example.org", ByHimself: false));
        }
    }

    private Task WorkAsync(Action onDone, CancellationToken enough) => Task.WhenAll(
        _queues.SelectMany(queue => Enumerable.Range(0, Workers).Select(number => WorkAsync(queue, $"worker-{number}", onDone, enough))));

    private async Task WorkAsync(IQueueGrain queue, string name, Action onDone, CancellationToken enough)
    {
        Caller.Current = Caller.System;
        var running = new List<Task>();
        while (!enough.IsCancellationRequested)
        {
            running.RemoveAll(job => job.IsCompleted);
            if (running.Count >= JobLimits.LeasesAtOnce)
            {
                await Task.WhenAny(running);
                continue;
            }

            try
            {
                foreach (var lease in await queue.Lease(name, JobLimits.LeasesAtOnce - running.Count, JobLimits.LongestWait, enough))
                {
                    running.Add(DoAsync(lease, onDone));
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(running);
    }

    private async Task DoAsync(JobLease lease, Action onDone)
    {
        await CompleteAsync(lease);
        _ = Interlocked.Increment(ref _done);
        onDone();
    }

    private async Task CompleteAsync(JobLease lease)
    {
        if (!await _grains.GetGrain<IJobOwner>(lease.Owner).CompleteJob(lease.JobId, lease.Attempt, "{}"))
        {
            throw new InvalidOperationException($"Job {lease.JobId} was begun twice.");
        }

        await _queues[JobShards.Of(lease.JobId, _queues.Length)].Ended(lease.JobId, lease.Attempt, null);
    }

    private async Task SubmitAsync(string id, int number)
    {
        Caller.Current = new Caller { UserId = $"user-{number % Users}" };
        await _grains.GetGrain<IJobGrain>(id).Submit(new SubmitJob { Queue = Name, Work = "{}" });
    }

    private async Task ConfigureAsync(QueueSettings settings)
    {
        Caller.Current = Caller.System;
        await _grains.GetGrain<IQueueSettingsGrain>(Name).Configure(settings, null);
    }

    private string NewId() => $"{Guid.CreateVersion7():n}{Interlocked.Increment(ref _jobs)}";
}
