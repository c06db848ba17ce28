using System.Data.Common;
using Actors.Storage;

namespace Actors.Jobs;

/// <summary>The row of a job, in whichever table its owner keeps it (004 <c>ImageGenerationJob</c>, <c>ModelGenerationJob</c>).</summary>
/// <param name="Id">Opaque id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="CreatedAt">When it was asked for, UTC.</param>
internal sealed record JobState(string Id, JobStatus Status, int Priority, DateTimeOffset CreatedAt)
{
    /// <summary>Columns that every table of jobs has, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns =
        "id, status, priority, created_at, attempt, progress, retry_count, max_retries, next_retry_at, timeout_at, provider_name, provider_job_id, "
        + "started_at, completed_at, failed_at, updated_at, error_code, error_message, execution_duration";

    /// <summary><see cref="Columns"/> of a table with an alias.</summary>
    public static string ColumnsOf(string alias) => string.Join(", ", Columns.Split(", ").Select(column => $"{alias}.{column}"));

    /// <summary>Number of the present or last attempt; 0 before the first one.</summary>
    public int Attempt { get; init; }

    /// <summary>Percent.</summary>
    public int Progress { get; init; }

    /// <summary>Retries so far, since it was queued last.</summary>
    public int RetryCount { get; init; }

    public int MaxRetries { get; init; } = 3;

    public DateTimeOffset? NextRetryAt { get; init; }

    public DateTimeOffset? TimeoutAt { get; init; }

    public string? ProviderName { get; init; }

    public string? ProviderJobId { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Of the attempt that ended it, milliseconds.</summary>
    public long? ExecutionDuration { get; init; }

    /// <summary>Whether it is to be done or being done.</summary>
    public bool IsOpen => Status is JobStatus.Pending or JobStatus.Running or JobStatus.Retrying;

    /// <summary>As the queue is told of it.</summary>
    /// <param name="owner">The grain that has its row.</param>
    /// <param name="userId">For whom.</param>
    public JobTicket ToTicket(GrainId owner, string userId) => new()
    {
        JobId = Id,
        Owner = owner,
        UserId = userId,
        Priority = Priority,
        CreatedAt = CreatedAt,
        NotBefore = NextRetryAt,
    };

    /// <summary>As a worker is told of the attempt that is under way.</summary>
    /// <param name="owner">To whom it reports.</param>
    /// <param name="work">What to do.</param>
    public JobLease ToLease(GrainId owner, string work) => new()
    {
        JobId = Id,
        Attempt = Attempt,
        Owner = owner,
        TimeoutAt = TimeoutAt!.Value,
        Work = work,
        ProviderJobId = ProviderJobId,
    };

    /// <summary>Adds the columns to a table of jobs.</summary>
    public static Table<TRow> AddTo<TRow>(Table<TRow> table, Func<TRow, JobState> job) where TRow : class => table
        .Text("status", r => WireName.Of(job(r).Status))
        .Integer("priority", r => job(r).Priority)
        .Timestamp("created_at", r => job(r).CreatedAt)
        .Integer("attempt", r => job(r).Attempt)
        .Integer("progress", r => job(r).Progress)
        .Integer("retry_count", r => job(r).RetryCount)
        .Integer("max_retries", r => job(r).MaxRetries)
        .Timestamp("next_retry_at", r => job(r).NextRetryAt)
        .Timestamp("timeout_at", r => job(r).TimeoutAt)
        .Text("provider_name", r => job(r).ProviderName)
        .Text("provider_job_id", r => job(r).ProviderJobId)
        .Timestamp("started_at", r => job(r).StartedAt)
        .Timestamp("completed_at", r => job(r).CompletedAt)
        .Timestamp("failed_at", r => job(r).FailedAt)
        .Timestamp("updated_at", r => job(r).UpdatedAt)
        .Text("error_code", r => job(r).ErrorCode)
        .Text("error_message", r => job(r).ErrorMessage)
        .OptionalInteger("execution_duration", r => job(r).ExecutionDuration);

    /// <summary>Reads the columns from the given ordinal on.</summary>
    public static JobState Read(DbDataReader row, int at) =>
        new(row.GetString(at), WireName.Parse<JobStatus>(row.GetString(at + 1)), (int)row.GetInt64(at + 2), row.GetTimestamp(at + 3))
        {
            Attempt = (int)row.GetInt64(at + 4),
            Progress = (int)row.GetInt64(at + 5),
            RetryCount = (int)row.GetInt64(at + 6),
            MaxRetries = (int)row.GetInt64(at + 7),
            NextRetryAt = row.GetNullableTimestamp(at + 8),
            TimeoutAt = row.GetNullableTimestamp(at + 9),
            ProviderName = row.GetNullableString(at + 10),
            ProviderJobId = row.GetNullableString(at + 11),
            StartedAt = row.GetNullableTimestamp(at + 12),
            CompletedAt = row.GetNullableTimestamp(at + 13),
            FailedAt = row.GetNullableTimestamp(at + 14),
            UpdatedAt = row.GetTimestamp(at + 15),
            ErrorCode = row.GetNullableString(at + 16),
            ErrorMessage = row.GetNullableString(at + 17),
            ExecutionDuration = row.IsDBNull(at + 18) ? null : row.GetInt64(at + 18),
        };
}
