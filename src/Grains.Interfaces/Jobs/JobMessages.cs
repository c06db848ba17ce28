using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Actors.Generation;
using Actors.Models;
using Actors.Webhooks;

namespace Actors.Jobs;

/// <summary>Where a job stands (004 <c>JobStatus</c>).</summary>
[UpperSnake]
public enum JobStatus
{
    /// <summary>Waits for its first attempt.</summary>
    Pending = 0,

    /// <summary>A worker has it.</summary>
    Running = 1,

    /// <summary>Waits for another attempt.</summary>
    Retrying = 2,

    /// <summary>Done; terminal.</summary>
    Completed = 3,

    /// <summary>Given up; terminal, until it is requeued.</summary>
    Failed = 4,

    /// <summary>Not wanted any more; terminal.</summary>
    Cancelled = 5,

    /// <summary>Given up because its last attempt took too long; terminal, until it is requeued.</summary>
    Timeout = 6,
}

/// <summary>A job that is to be done, as its owner tells the queue once the job's row is durable.</summary>
[GenerateSerializer, Immutable, Alias("job-ticket")]
public sealed record JobTicket
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>The grain whose commits write the job's row.</summary>
    [Id(1)] public required GrainId Owner { get; init; }

    /// <summary>For whom; users take turns.</summary>
    [Id(2)] public required string UserId { get; init; }

    /// <summary>Higher goes first, if the queue heeds priorities.</summary>
    [Id(3)] public int Priority { get; init; }

    /// <summary>When it was asked for, UTC; the older goes first.</summary>
    [Id(4)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not before, UTC; null: at once.</summary>
    [Id(5)] public DateTimeOffset? NotBefore { get; init; }

    /// <summary>What the user's tier gives him. The queue finds it out itself.</summary>
    [Id(7)] public UserTerms Terms { get; init; }
}

/// <summary>What a tier gives a user in a queue.</summary>
/// <param name="AtOnce">Most attempts of his under way at once; 0: as many as the queue has.</param>
/// <param name="Priority">Is added to that of his jobs, if the queue heeds priorities.</param>
[GenerateSerializer, Immutable, Alias("user-terms"), StructLayout(LayoutKind.Auto)]
public readonly record struct UserTerms([property: Id(0)] int AtOnce, [property: Id(1)] int Priority);

/// <summary>An attempt that a worker holds. Whoever reports with another <see cref="Attempt"/> than the job's present one is refused.</summary>
[GenerateSerializer, Immutable, Alias("job-lease")]
public sealed record JobLease
{
    /// <summary>The job.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>Number of the attempt, from 1: the fencing token.</summary>
    [Id(1)] public int Attempt { get; init; }

    /// <summary>To whom to report.</summary>
    [Id(2)] public required GrainId Owner { get; init; }

    /// <summary>When the attempt is given up, UTC.</summary>
    [Id(3)] public DateTimeOffset TimeoutAt { get; init; }

    /// <summary>What to do: JSON of the queue's own kind.</summary>
    [Id(4)] public required string Work { get; init; }

    /// <summary>Under which id a provider may still work for an earlier attempt, whose worker was stopped or killed; null if none does.</summary>
    [Id(5)] public string? ProviderJobId { get; init; }
}

/// <summary>Why an attempt failed.</summary>
/// <param name="Code">Stable, UPPER_SNAKE; at most <see cref="JobLimits.ErrorCode"/> characters.</param>
/// <param name="Message">For a person; cut after <see cref="JobLimits.ErrorMessage"/> characters.</param>
/// <param name="MayPass">Whether another attempt may go well.</param>
/// <param name="RetryAfter">The least pause that the provider asks for.</param>
[GenerateSerializer, Immutable, Alias("job-failure")]
public sealed record JobFailure(
    [property: Id(0)] string Code,
    [property: Id(1)] string Message,
    [property: Id(2)] bool MayPass = true,
    [property: Id(3)] TimeSpan? RetryAfter = null)
{
    /// <summary>The worker was stopped: the job begins again at once, and this attempt does not count as a try.</summary>
    public static readonly JobFailure Interrupted = new("INTERRUPTED", "The worker was stopped.");
}

/// <summary>How a queue works (004 <c>QueueConfig</c>); the defaults are the document's.</summary>
[GenerateSerializer, Immutable, Alias("queue-settings")]
public sealed record QueueSettings
{
    /// <summary>Attempts under way at once.</summary>
    [Id(0)] public int MaxConcurrency { get; init; } = 1;

    /// <summary>How long an attempt may take.</summary>
    [Id(1)] public TimeSpan JobTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Attempts after the first one.</summary>
    [Id(2)] public int MaxRetries { get; init; } = 3;

    /// <summary>Pause before the first retry; each further one doubles it.</summary>
    [Id(3)] public TimeSpan RetryDelayBase { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause before a retry.</summary>
    [Id(4)] public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether priorities count.</summary>
    [Id(5)] public bool EnablePriority { get; init; }

    /// <summary>Whether attempts begin; those under way go on.</summary>
    [Id(6)] public bool IsActive { get; init; } = true;
}

/// <summary>How a queue stands.</summary>
/// <param name="Waiting">Jobs that may begin.</param>
/// <param name="Delayed">Jobs that wait for their next attempt.</param>
/// <param name="Running">Attempts under way.</param>
/// <param name="Workers">Workers that ask for jobs.</param>
[GenerateSerializer, Immutable, Alias("queue-state")]
public sealed record QueueState(
    [property: Id(0)] int Waiting, [property: Id(1)] int Delayed, [property: Id(2)] int Running, [property: Id(3)] int Workers);

/// <summary>Where a job stands in its queue.</summary>
/// <param name="Position">Jobs that are likely to begin before it, and itself; 0 when it runs.</param>
/// <param name="Eta">When it is likely to begin, as a time from now; null if nothing is known yet.</param>
[GenerateSerializer, Immutable, Alias("queue-place")]
public sealed record QueuePlace([property: Id(0)] int Position, [property: Id(1)] TimeSpan? Eta);

/// <summary>What a worker hears when it says that it is alive.</summary>
/// <param name="Lost">Jobs of those it named that it need not go on with: cancelled, or given up.</param>
[GenerateSerializer, Immutable, Alias("heartbeat-answer")]
public sealed record HeartbeatAnswer([property: Id(0)] ImmutableArray<string> Lost);

/// <summary>A job without a table of its own, as its owner sees it.</summary>
[GenerateSerializer, Immutable, Alias("job")]
public sealed record Job
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Its queue.</summary>
    [Id(1)] public required string Queue { get; init; }

    /// <summary>For whom.</summary>
    [Id(2)] public required string UserId { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(3)] public JobStatus Status { get; init; }

    /// <summary>Attempts so far.</summary>
    [Id(4)] public int Attempts { get; init; }

    /// <summary>Percent.</summary>
    [Id(5)] public int Progress { get; init; }

    /// <summary>JSON that the worker brought; null before.</summary>
    [Id(6)] public string? Result { get; init; }

    /// <summary>Code of the last failure.</summary>
    [Id(7)] public string? ErrorCode { get; init; }

    /// <summary>When the next attempt may begin, UTC.</summary>
    [Id(8)] public DateTimeOffset? NextRetryAt { get; init; }
}

/// <summary>Asks for a job.</summary>
[GenerateSerializer, Immutable, Alias("submit-job")]
public sealed record SubmitJob
{
    /// <summary>The queue; 404 <c>QUEUE_NOT_FOUND</c> if there is no such one.</summary>
    [Id(0)] public required string Queue { get; init; }

    /// <summary>What to do: JSON, at most <see cref="JobLimits.Work"/> characters.</summary>
    [Id(1)] public required string Work { get; init; }

    /// <summary>Higher goes first.</summary>
    [Id(2)] public int Priority { get; init; }
}

/// <summary>A job as operators see it.</summary>
[GenerateSerializer, Immutable, Alias("queue-job")]
public sealed record QueueJob
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>What it belongs to, as <c>kind/id</c>, e.g. <c>generation/42</c>.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>For whom.</summary>
    [Id(2)] public required string UserId { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(3)] public JobStatus Status { get; init; }

    /// <summary>Attempts so far, of all times that it was queued.</summary>
    [Id(4)] public int Attempts { get; init; }

    /// <summary>Code of the last failure; null if there was none.</summary>
    [Id(5)] public string? ErrorCode { get; init; }

    /// <summary>What the last failure said.</summary>
    [Id(6)] public string? ErrorMessage { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    [Id(7)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its last attempt began, UTC.</summary>
    [Id(8)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    [Id(9)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the next attempt may begin, UTC.</summary>
    [Id(10)] public DateTimeOffset? NextRetryAt { get; init; }
}

/// <summary>Asks for jobs of a queue.</summary>
[GenerateSerializer, Immutable, Alias("list-queue-jobs")]
public sealed record ListQueueJobs
{
    /// <summary>Only those of this status, but not <see cref="JobStatus.Completed"/>; null: those that were given up, failed or timed out.</summary>
    [Id(0)] public JobStatus? Status { get; init; }

    /// <summary>Where the page before ended.</summary>
    [Id(1)] public string? Cursor { get; init; }

    /// <summary>Most rows, 1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(2)] public int Limit { get; init; } = PageLimits.DefaultSize;
}

/// <summary>What became of the jobs of one page.</summary>
/// <param name="Count">Those that begin anew.</param>
/// <param name="Refused">Those whose owners have no use for them any more.</param>
/// <param name="NextCursor">Gives the jobs after these; null if there are none.</param>
[GenerateSerializer, Immutable, Alias("requeued")]
public sealed record Requeued([property: Id(0)] int Count, [property: Id(1)] int Refused, [property: Id(2)] string? NextCursor);

/// <summary>The queues that there are.</summary>
public static class QueueNames
{
    /// <summary>Jobs without a table of their own, and without a worker of the product's.</summary>
    public const string Background = "background";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [GenerationQueues.Images, ModelQueues.Generation, ModelQueues.Import, WebhookQueues.Deliveries, Background];
}

/// <summary>Limits of jobs and queues.</summary>
public static class JobLimits
{
    /// <summary>Leases of one call.</summary>
    public const int LeasesAtOnce = 100;

    /// <summary>Jobs that a queue holds in memory; with more, it reads on from the table as it empties.</summary>
    public const int InMemory = 50_000;

    /// <summary>Characters of a job's work, and of its result.</summary>
    public const int Work = 16_384;

    /// <summary>Characters of a cursor of jobs.</summary>
    public const int Cursor = 256;

    /// <summary>Characters of an error's code.</summary>
    public const int ErrorCode = 64;

    /// <summary>Characters of an error's message.</summary>
    public const int ErrorMessage = 1_000;

    /// <summary>Longest wait of a lease call.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>How often a worker says that it is alive, also when it has nothing to do.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(3);

    /// <summary>A worker that is not heard for so long is given no more jobs: its call may wait for nobody.</summary>
    public static readonly TimeSpan Silence = 2.5 * Heartbeat;

    /// <summary>A worker that is not heard for so long has lost its jobs.</summary>
    public static readonly TimeSpan Death = 5 * Heartbeat;
}

/// <summary>Which of a queue's grains has which job.</summary>
public static class JobShards
{
    /// <summary>Most grains of a queue.</summary>
    public const int Max = ChangeLogLimits.Partitions;

    /// <summary>The number of the grain, from 0; the same on every machine.</summary>
    public static int Of(string jobId, int shards) => ChangeLogLimits.PartitionOf(jobId) % shards;
}
