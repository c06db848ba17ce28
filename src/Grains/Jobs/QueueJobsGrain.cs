using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Jobs;

/// <summary>Lists a queue's jobs by SQL, and has their owners begin them anew. Stateless.</summary>
[StatelessWorker]
internal sealed class QueueJobsGrain(Database database, JobQueues queues) : Grain, IQueueJobsGrain
{
    private readonly Database _rows = database.RowsOfAllUsers(); // operators see all

    private IJobTable Table => queues.TableOf(this.GetPrimaryKeyString());

    public Task<Page<QueueJob>> List(ListQueueJobs query, CancellationToken cancellationToken = default)
    {
        EnsureMay();
        new Validator()
            .Range("limit", query.Limit, 1, PageLimits.MaxSize)
            .That(query.Status is not { } status || (Enum.IsDefined(status) && status != JobStatus.Completed), "status", "must be one, and not COMPLETED")
            .ThrowIfInvalid();
        // As text, not as a parameter: so the indexes of open jobs and of those that were given up serve.
        var statuses = query.Status is { } wanted ? $"= '{WireName.Of(wanted)}'" : "in ('FAILED', 'TIMEOUT')";
        var table = Table;
        var jobs = new KeysetList<QueueJob>(
            $"jobs of {this.GetPrimaryKeyString()}",
            $"select owner, user_id, {JobState.Columns} from ({table.Rows}) rows_of_jobs",
            "created_at",
            row => Read(table.Owner, row.GetString(0), row.GetString(1), JobState.Read(row, 2)),
            job => new(job.CreatedAt, job.Id));
        return jobs.ReadAsync(_rows, new Filter($"status {statuses}"), query.Cursor, query.Limit, cancellationToken);
    }

    public async Task Requeue(string jobId)
    {
        EnsureMay();
        var table = Table;
        var owner = await _rows.FirstAsync(
            $"select owner from ({table.Rows}) rows_of_jobs where id = @id", [("id", jobId)], row => row.GetString(0)) ?? throw JobRules.NotFound();
        await GrainFactory.GetGrain<IJobOwner>(GrainId.Create(table.Owner, owner)).RequeueJob(jobId);
    }

    public async Task<Requeued> RequeuePage(ListQueueJobs query)
    {
        var page = await List(query);
        CommandKey.Current = null; // it stands for one change, and these are many
        var outcomes = await Task.WhenAll(page.Items.Select(RequeueAsync));
        return new(outcomes.Count(isRequeued => isRequeued), outcomes.Count(isRequeued => !isRequeued), page.NextCursor);
    }

    private async Task<bool> RequeueAsync(QueueJob job)
    {
        try
        {
            await GrainFactory.GetGrain<IJobOwner>(GrainId.Parse(job.Owner)).RequeueJob(job.Id);
            return true;
        }
        catch (AppException refused) when (refused.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
        {
            return false;
        }
    }

    private static void EnsureMay() => Permissions.Ensure(Caller.Current!, Permission.RunQueues, "Only an administrator may look into queues.");

    private static QueueJob Read(GrainType type, string owner, string userId, JobState job) => new()
    {
        Id = job.Id,
        Owner = GrainId.Create(type, owner).ToString(),
        UserId = userId,
        Status = job.Status,
        Attempts = job.Attempt,
        ErrorCode = job.ErrorCode,
        ErrorMessage = job.ErrorMessage,
        CreatedAt = job.CreatedAt,
        StartedAt = job.StartedAt,
        UpdatedAt = job.UpdatedAt,
        NextRetryAt = job.NextRetryAt,
    };
}
