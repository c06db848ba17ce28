namespace Actors.Jobs;

public sealed class JobRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly QueueSettings Settings = new();

    /// <summary>Every status and what may happen to it; null: the rule refuses.</summary>
    public static TheoryData<JobStatus, JobStatus?, JobStatus?, JobStatus?, JobStatus?, JobStatus?> Table => new()
    {
        { JobStatus.Pending, JobStatus.Running, null, null, JobStatus.Cancelled, null },
        { JobStatus.Running, null, JobStatus.Completed, JobStatus.Retrying, JobStatus.Cancelled, null },
        { JobStatus.Retrying, JobStatus.Running, null, null, JobStatus.Cancelled, null },
        { JobStatus.Completed, null, null, null, null, JobStatus.Pending },
        { JobStatus.Failed, null, null, null, null, JobStatus.Pending },
        { JobStatus.Cancelled, null, null, null, null, JobStatus.Pending },
        { JobStatus.Timeout, null, null, null, null, JobStatus.Pending },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_status_goes_on_as_the_table_says(
        JobStatus status, JobStatus? started, JobStatus? completed, JobStatus? failed, JobStatus? cancelled, JobStatus? requeued)
    {
        var job = new JobState("id", status, 0, Now) { Attempt = 2, StartedAt = Now };

        Assert.Equal(started, JobRules.Start(job, Settings, Now)?.Status);
        Assert.Equal(completed, JobRules.Complete(job, 2, Now)?.Status);
        Assert.Equal(failed, JobRules.Fail(job, 2, new("E", "e"), Settings, Now, 0)?.Status);
        Assert.Equal(cancelled, JobRules.Cancel(job, Now)?.Status);
        Assert.Equal(requeued, JobRules.Requeue(job, Now)?.Status);
    }

    [Fact]
    public void Only_the_present_attempt_reports_completes_or_fails()
    {
        var second = Started(Failed(Started(New())));

        Assert.Equal(2, second.Attempt);
        Assert.Null(JobRules.Report(second, 1, 50, null, null, Now));
        Assert.Null(JobRules.Complete(second, 1, Now));
        Assert.Null(JobRules.Fail(second, 1, new("E", "e"), Settings, Now, 0));
        Assert.NotNull(JobRules.Complete(second, 2, Now));
    }

    [Fact]
    public void A_stop_of_the_worker_is_no_retry_and_the_job_begins_again_at_once()
    {
        var job = Started(New());
        for (var stop = 0; stop <= Settings.MaxRetries; stop++)
        {
            job = JobRules.Fail(job, job.Attempt, JobFailure.Interrupted, Settings, Now, 0)!;
            Assert.Equal((JobStatus.Retrying, 0, Now), (job.Status, job.RetryCount, job.NextRetryAt));
            job = Started(job);
        }
    }

    [Fact]
    public void What_a_provider_may_still_work_on_is_told_to_the_next_attempt_and_nothing_else()
    {
        var job = JobRules.Report(Started(New()), 1, 60, "provider", "p-1", Now)!;

        Assert.Equal("p-1", Started(JobRules.Fail(job, 1, JobFailure.Interrupted, Settings, Now, 0)!).ProviderJobId);
        Assert.Equal("p-1", Started(JobRules.Fail(job, 1, JobRules.WorkerLost, Settings, Now, 0)!).ProviderJobId);
        Assert.Null(Started(JobRules.Fail(job, 1, JobRules.TimedOut, Settings, Now, 0)!).ProviderJobId);
        Assert.Null(Started(JobRules.Fail(job, 1, new("PROVIDER_TASK_FAILED", "no"), Settings, Now, 0)!).ProviderJobId);
    }

    [Fact]
    public void After_its_last_retry_a_job_is_given_up_and_says_why()
    {
        var job = Started(New());
        for (var retry = 0; retry < Settings.MaxRetries; retry++)
        {
            job = Started(Failed(job));
        }

        var failed = JobRules.Fail(job, job.Attempt, new("PROVIDER_DOWN", "no answer"), Settings, Now, 0)!;
        var timedOut = JobRules.Fail(job, job.Attempt, JobRules.TimedOut, Settings, Now, 0)!;

        Assert.Equal((JobStatus.Failed, 4, 3, "PROVIDER_DOWN"), (failed.Status, failed.Attempt, failed.RetryCount, failed.ErrorCode));
        Assert.Equal(JobStatus.Timeout, timedOut.Status);
        Assert.Equal(JobStatus.Timeout, JobRules.Fail(job, job.Attempt, JobRules.WorkerLost, Settings, Now, 0)!.Status);
        Assert.Null(failed.NextRetryAt);
        Assert.Equal(Now, failed.FailedAt);
    }

    [Fact]
    public void What_cannot_pass_is_not_tried_again() =>
        Assert.Equal(JobStatus.Failed, JobRules.Fail(Started(New()), 1, new("REFUSED", "no", MayPass: false), Settings, Now, 0)!.Status);

    [Fact]
    public void After_requeueing_late_reports_of_older_attempts_stay_refused()
    {
        var again = Started(JobRules.Requeue(JobRules.Fail(Started(New()), 1, new("E", "e", MayPass: false), Settings, Now, 0)!, Now)!);

        Assert.Equal((2, 0), (again.Attempt, again.RetryCount));
        Assert.Null(JobRules.Complete(again, 1, Now));
    }

    [Fact]
    public void Progress_only_grows_and_stays_a_percentage()
    {
        var job = JobRules.Report(Started(New()), 1, 60, "provider", "p-1", Now)!;

        Assert.Null(JobRules.Report(job, 1, 40, null, null, Now));
        Assert.Equal(100, JobRules.Report(job, 1, 400, null, null, Now)!.Progress);
        Assert.Equal(("provider", "p-1"), (job.ProviderName, job.ProviderJobId));
    }

    [Theory]
    [InlineData(0, null, 0, 5_000)]
    [InlineData(1, null, 0, 10_000)]
    [InlineData(3, null, 0, 40_000)]
    [InlineData(4, null, 0, 60_000)]
    [InlineData(1_000, null, 0, 60_000)]
    [InlineData(0, null, 1, 3_750)]
    [InlineData(4, null, 1, 45_000)]
    [InlineData(0, 90_000, 0, 90_000)]
    [InlineData(4, 10_000, 0, 60_000)]
    public void A_pause_doubles_up_to_its_maximum_less_a_chance_and_not_less_than_the_provider_asks(
        int retries, int? retryAfter, double chance, int milliseconds) => Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds),
            Backoff.Pause(Settings, retries, retryAfter is { } after ? TimeSpan.FromMilliseconds(after) : null, chance));

    private static JobState New() => new("id", JobStatus.Pending, 0, Now);

    private static JobState Started(JobState job) => JobRules.Start(job, Settings, Now)!;

    private static JobState Failed(JobState job) => JobRules.Fail(job, job.Attempt, new("E", "e"), Settings, Now, 0)!;
}
