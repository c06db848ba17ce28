using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Actors.Jobs;

/// <summary>
/// Decides which job begins when. Key: the queue's name, and a shard: <c>image-generation/0</c>. What it knows of jobs is memory; their rows
/// are the truth, and it reads them when it starts.
/// </summary>
[Alias("queue-grain")]
public interface IQueueGrain : IGrainWithStringKey
{
    /// <summary>Takes a job whose row is durable. To tell it twice does no harm; not to tell it, neither: the rows are read again now and then.</summary>
    [Alias("enqueue"), AlwaysInterleave]
    Task Enqueue(JobTicket job);

    /// <summary>Begins attempts for a worker, as soon as there are jobs and the settings allow it; none when the time is over.</summary>
    /// <param name="worker">Names the worker.</param>
    /// <param name="count">Most leases; up to <see cref="JobLimits.LeasesAtOnce"/>.</param>
    /// <param name="wait">How long to wait for the first one; at most <see cref="JobLimits.LongestWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [Alias("lease"), AlwaysInterleave, ResponseTimeout("00:00:20")]
    Task<ImmutableArray<JobLease>> Lease(string worker, int count, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>The worker stops: it is given nothing more, and what it waits for by <see cref="Lease"/> is answered, at once or when it is known what began.</summary>
    [Alias("leave"), AlwaysInterleave]
    Task Leave(string worker);

    /// <summary>Says that the worker lives and works on these jobs.</summary>
    [Alias("heartbeat"), AlwaysInterleave]
    Task<HeartbeatAnswer> Heartbeat(string worker, ImmutableArray<string> jobIds);

    /// <summary>Says that an attempt has ended, and when the next one may begin, if there is one; the owner has it in writing.</summary>
    [Alias("ended"), AlwaysInterleave]
    Task Ended(string jobId, int attempt, DateTimeOffset? nextAttemptAt);

    /// <summary>Takes a job out: its owner wants it no more. Its worker learns of it with the next heartbeat.</summary>
    [Alias("cancel"), AlwaysInterleave]
    Task Cancel(string jobId);

    /// <summary>Where the job stands; null if the queue does not know it.</summary>
    [Alias("find"), AlwaysInterleave]
    Task<QueuePlace?> Find(string jobId);

    /// <summary>How the queue stands.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<QueueState> Get();

    /// <summary>Tells the queue that its settings changed.</summary>
    [Alias("refresh"), AlwaysInterleave]
    Task Refresh();
}

/// <summary>The settings of a queue. Key: the queue's name. Durable once a method returns.</summary>
[Alias("queue-settings-grain")]
public interface IQueueSettingsGrain : IGrainWithStringKey
{
    /// <summary>The settings and their version; the defaults, version 0, as long as nobody set them.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<(QueueSettings Settings, long Version)> Get();

    /// <summary>How many grains share the queue's work; their keys are <c>name/0</c>, <c>name/1</c> …</summary>
    [Alias("shards"), AlwaysInterleave]
    Task<int> Shards();

    /// <summary>Changes the settings; they count at once. For administrators. 412 if the version is not the present one.</summary>
    [Alias("configure")]
    Task<(QueueSettings Settings, long Version)> Configure(QueueSettings settings, long? expectedVersion);
}

/// <summary>The jobs of a queue as operators see them, for callers with the permission <c>RunQueues</c>. Key: the queue's name. 404 <c>QUEUE_NOT_FOUND</c>.</summary>
[Alias("queue-jobs-grain")]
public interface IQueueJobsGrain : IGrainWithStringKey
{
    /// <summary>Jobs of one status, or those that were given up, the newest first.</summary>
    [Alias("list"), AlwaysInterleave]
    Task<Page<QueueJob>> List(ListQueueJobs query, CancellationToken cancellationToken = default);

    /// <summary>Has a job's owner begin it anew. 404 <c>JOB_NOT_FOUND</c>, 409 <c>JOB_IS_OPEN</c>, or 409 of its owner if he goes on without it.</summary>
    [Alias("requeue"), AlwaysInterleave]
    Task Requeue(string jobId);

    /// <summary>Has the jobs of one page begin anew.</summary>
    [Alias("requeue-page"), AlwaysInterleave]
    Task<Requeued> RequeuePage(ListQueueJobs query);
}

/// <summary>A job without a table of its own. Key: the job's id. Durable once a method returns.</summary>
[Alias("job-grain")]
public interface IJobGrain : IJobOwner
{
    /// <summary>Asks for the job, for the caller. 409 <c>JOB_EXISTS</c>.</summary>
    [Alias("submit")]
    Task<Job> Submit(SubmitJob command);

    /// <summary>The job: for the user, or an administrator. 404 <c>JOB_NOT_FOUND</c> otherwise.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<Job> Get();

    /// <summary>The job is not wanted any more; what is over stays as it is.</summary>
    [Alias("cancel")]
    Task<Job> Cancel();
}

/// <summary>A grain that has jobs: its commits write their rows, together with what they mean for it.</summary>
[Alias("job-owner")]
public interface IJobOwner : IGrainWithStringKey
{
    /// <summary>Begins an attempt; null if the job is not to be done (any more), or runs already.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="settings">How long it may take, and how often it is tried.</param>
    [Alias("start-job")]
    Task<JobLease?> StartJob(string jobId, QueueSettings settings);

    /// <summary>How far the attempt is; false if the attempt is not the present one: then stop.</summary>
    [Alias("report-job")]
    Task<bool> ReportJob(string jobId, int attempt, int progress, string? providerName, string? providerJobId);

    /// <summary>The attempt succeeded. False if it is not the present one: then the result counts for nothing.</summary>
    [Alias("complete-job")]
    Task<bool> CompleteJob(string jobId, int attempt, string result);

    /// <summary>The attempt failed.</summary>
    /// <returns>When the next one may begin; null if there is none.</returns>
    [Alias("fail-job")]
    Task<DateTimeOffset?> FailJob(string jobId, int attempt, JobFailure failure, QueueSettings settings);

    /// <summary>
    /// A job that is over begins anew, for callers with the permission <c>RunQueues</c>; the audit log says so. 404 <c>JOB_NOT_FOUND</c>, 409
    /// <c>JOB_IS_OPEN</c>, or 409 if what the job belongs to has no use for it any more.
    /// </summary>
    [Alias("requeue-job")]
    Task RequeueJob(string jobId);
}
