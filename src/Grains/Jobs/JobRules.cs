namespace Actors.Jobs;

/// <summary>How jobs go on. Each rule gives the next state, or null when the job is not where the rule begins: the caller is late.</summary>
internal static class JobRules
{
    /// <summary>Why an attempt was given up that is over its time.</summary>
    public static readonly JobFailure TimedOut = new("TIMEOUT", "The attempt took too long.");

    /// <summary>Why an attempt was given up whose worker was killed, or cut off.</summary>
    public static readonly JobFailure WorkerLost = new("WORKER_LOST", "The worker was not heard any more.");

    public static JobState? Start(JobState job, QueueSettings settings, DateTimeOffset now) =>
        job.Status is not (JobStatus.Pending or JobStatus.Retrying)
            ? null
            : job with
            {
                Status = JobStatus.Running,
                Attempt = job.Attempt + 1,
                Progress = 0,
                MaxRetries = settings.MaxRetries,
                NextRetryAt = null,
                TimeoutAt = now + settings.JobTimeout,
                StartedAt = now,
                UpdatedAt = now,
                // Nobody told the provider to stop: it may have what is wanted already.
                ProviderJobId = job.ErrorCode == JobFailure.Interrupted.Code || job.ErrorCode == WorkerLost.Code ? job.ProviderJobId : null,
            };

    /// <summary>Progress only grows; null also when there is nothing new.</summary>
    public static JobState? Report(JobState job, int attempt, int progress, string? providerName, string? providerJobId, DateTimeOffset now)
    {
        if (!Runs(job, attempt))
        {
            return null;
        }

        var next = job with
        {
            Progress = Math.Clamp(progress, job.Progress, 100),
            ProviderName = providerName ?? job.ProviderName,
            ProviderJobId = providerJobId ?? job.ProviderJobId,
        };
        return next == job ? null : next with { UpdatedAt = now };
    }

    public static JobState? Complete(JobState job, int attempt, DateTimeOffset now) => !Runs(job, attempt)
        ? null
        : Ended(job, JobStatus.Completed, now) with { Progress = 100, CompletedAt = now, ErrorCode = null, ErrorMessage = null };

    /// <param name="job">The job.</param>
    /// <param name="attempt">Whose attempt failed.</param>
    /// <param name="failure">Why.</param>
    /// <param name="settings">How often, and after which pause, it is tried again.</param>
    /// <param name="now">The time.</param>
    /// <param name="chance">From 0 to 1: spreads retries, so that what failed together does not come again together.</param>
    public static JobState? Fail(JobState job, int attempt, JobFailure failure, QueueSettings settings, DateTimeOffset now, double chance)
    {
        if (!Runs(job, attempt))
        {
            return null;
        }

        var told = job with { ErrorCode = failure.Code, ErrorMessage = Cut(failure.Message) };
        if (failure.Code == JobFailure.Interrupted.Code)
        {
            return told with { Status = JobStatus.Retrying, NextRetryAt = now, TimeoutAt = null, UpdatedAt = now };
        }

        return failure.MayPass && job.RetryCount < settings.MaxRetries
            ? told with
            {
                Status = JobStatus.Retrying,
                RetryCount = job.RetryCount + 1,
                MaxRetries = settings.MaxRetries,
                NextRetryAt = now + Backoff.Pause(settings, job.RetryCount, failure.RetryAfter, chance),
                TimeoutAt = null,
                UpdatedAt = now,
            }
            : Ended(told, failure == TimedOut || failure == WorkerLost ? JobStatus.Timeout : JobStatus.Failed, now) with { FailedAt = now };
    }

    public static JobState? Cancel(JobState job, DateTimeOffset now) => job.IsOpen ? Ended(job, JobStatus.Cancelled, now) : null;

    /// <summary>A job that was given up begins anew; its attempts are counted on, so that late reports of older ones stay refused.</summary>
    public static JobState? Requeue(JobState job, DateTimeOffset now) => job.IsOpen
        ? null
        : job with
        {
            Status = JobStatus.Pending,
            RetryCount = 0,
            Progress = 0,
            NextRetryAt = null,
            TimeoutAt = null,
            CompletedAt = null,
            FailedAt = null,
            ErrorCode = null,
            ErrorMessage = null,
            ExecutionDuration = null,
            UpdatedAt = now,
        };

    /// <summary>An operator may have a job begin anew that is over.</summary>
    public static void EnsureMayRequeue(Caller caller, JobState? job)
    {
        Permissions.Ensure(caller, Permission.RunQueues, "Only an administrator may requeue jobs.");
        if (job is null)
        {
            throw NotFound();
        }

        if (job.IsOpen)
        {
            throw new AppException(ErrorKind.Conflict, "JOB_IS_OPEN", "The job is not over yet.");
        }
    }

    public static AppException NotFound() => new(ErrorKind.NotFound, "JOB_NOT_FOUND", "There is no such job.");

    private static bool Runs(JobState job, int attempt) => job.Status == JobStatus.Running && job.Attempt == attempt;

    private static JobState Ended(JobState job, JobStatus status, DateTimeOffset now) => job with
    {
        Status = status,
        NextRetryAt = null,
        TimeoutAt = null,
        UpdatedAt = now,
        ExecutionDuration = job.Status == JobStatus.Running && job.StartedAt is { } started ? Math.Max(1, (long)(now - started).TotalMilliseconds) : null,
    };

    private static string Cut(string message) => message.Length <= JobLimits.ErrorMessage ? message : message[..JobLimits.ErrorMessage];
}

/// <summary>Pauses between attempts.</summary>
internal static class Backoff
{
    /// <summary>Base · 2ⁿ up to the maximum, of which up to a quarter is taken off by chance; never less than the provider asked for.</summary>
    /// <param name="settings">Base and maximum.</param>
    /// <param name="retries">How often it was retried before.</param>
    /// <param name="retryAfter">What the provider asked for.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan Pause(QueueSettings settings, int retries, TimeSpan? retryAfter, double chance)
    {
        var grown = settings.RetryDelayBase * Math.Pow(2, Math.Min(retries, 30));
        var pause = (grown < settings.RetryDelayMax ? grown : settings.RetryDelayMax) * (1 - (chance / 4));
        return retryAfter > pause ? retryAfter.Value : pause;
    }
}
