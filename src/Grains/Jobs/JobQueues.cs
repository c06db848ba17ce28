using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using Actors.Storage;
using Actors.Users;
using Microsoft.Extensions.Options;

namespace Actors.Jobs;

/// <summary>The queues. Configuration section <c>Jobs</c>, of the silos.</summary>
public sealed class JobOptions
{
    /// <summary>Grains that share a queue's work, by the queue's name; 1 if it is not named. Each starts up to its part of the queue's concurrency.</summary>
    public Dictionary<string, int> Shards { get; } = new(StringComparer.Ordinal);

    /// <summary>A queue reads its jobs' rows again that often: what nobody told it, it finds then. Default one minute.</summary>
    public TimeSpan ReadAgain { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Jobs of a queue that are held in memory; those after them are read as it empties. Default 50 000.</summary>
    [Range(100, 1_000_000)]
    public int InMemory { get; set; } = JobLimits.InMemory;

    /// <summary>Attempts of a user of the free tier under way at once in a queue; 2 by default, 0: as many as the queue has.</summary>
    [Range(0, 1_000)]
    public int Free { get; set; } = 2;

    /// <summary>The same for the premium tier; 8 by default.</summary>
    [Range(0, 1_000)]
    public int Premium { get; set; } = 8;

    /// <summary>The same for the enterprise tier; 0 by default.</summary>
    [Range(0, 1_000)]
    public int Enterprise { get; set; }

    /// <summary>Is added to the priority of each job of a user of the free tier, in queues that heed priorities; 0 by default.</summary>
    [Range(-1_000, 1_000)]
    public int FreePriority { get; set; }

    /// <summary>The same for the premium tier; 1 by default.</summary>
    [Range(-1_000, 1_000)]
    public int PremiumPriority { get; set; } = 1;

    /// <summary>The same for the enterprise tier; 2 by default.</summary>
    [Range(-1_000, 1_000)]
    public int EnterprisePriority { get; set; } = 2;

    /// <summary>What the tier gives a user in each queue.</summary>
    public UserTerms TermsOf(UserTier tier) => tier switch
    {
        UserTier.Enterprise => new(Enterprise, EnterprisePriority),
        UserTier.Premium => new(Premium, PremiumPriority),
        _ => new(Free, FreePriority),
    };
}

/// <summary>An open job, as its row says.</summary>
/// <param name="Ticket">The job.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Attempt">The attempt that is under way, if it runs.</param>
/// <param name="TimeoutAt">When that is to be given up, UTC.</param>
internal sealed record OpenJob(JobTicket Ticket, JobStatus Status, int Attempt, DateTimeOffset? TimeoutAt);

/// <summary>Where the rows of a queue's jobs are.</summary>
internal interface IJobTable
{
    /// <summary>The queues whose jobs are here.</summary>
    ImmutableArray<string> Queues { get; }

    /// <summary>The kind of grain that owns the jobs.</summary>
    GrainType Owner { get; }

    /// <summary>All of its jobs, as a query with the columns <c>owner</c> (the grain's key), <c>user_id</c> and those of <see cref="JobState"/>.</summary>
    string Rows { get; }

    /// <summary>How its queues work as long as nobody said otherwise.</summary>
    QueueSettings Defaults => new();
}

/// <summary>The queues: which table has a queue's jobs, which of its grains has which job, and how one gets there.</summary>
internal sealed class JobQueues(IEnumerable<IJobTable> tables, Database database, IOptions<JobOptions> options)
{
    public IJobTable TableOf(string queue) =>
        tables.FirstOrDefault(t => t.Queues.Contains(queue, StringComparer.Ordinal)) ?? throw new AppException(ErrorKind.NotFound, "QUEUE_NOT_FOUND", "There is no such queue.");

    public int Shards(string queue) => options.Value.Shards.GetValueOrDefault(queue, 1);

    public string KeyOf(string queue, string jobId) =>
        $"{queue}/{JobShards.Of(jobId, Shards(queue))}";

    public IEnumerable<string> KeysOf(string queue) => Enumerable.Range(0, Shards(queue)).Select(shard => $"{queue}/{shard}");

    /// <summary>Tells the queue of a job whose row is durable. To tell it twice does no harm.</summary>
    public Task EnqueueAsync(IGrainFactory grains, string queue, JobState job, GrainId owner, string userId) =>
        grains.GetGrain<IQueueGrain>(KeyOf(queue, job.Id)).Enqueue(job.ToTicket(owner, userId));

    /// <summary>The queue's open jobs, the oldest first, at most so many.</summary>
    public Task<ImmutableArray<OpenJob>> ListOpenAsync(string queue, int limit, CancellationToken cancellationToken)
    {
        var table = TableOf(queue);
        return database.RowsOfAllUsers().ListAsync( // a queue has jobs of many
            $"{OpenJobsOf(table)} order by j.created_at, j.id limit @limit", [("limit", limit)], row => Read(table, row), cancellationToken);
    }

    /// <summary>The job as its row says; null if it is over, or gone.</summary>
    public Task<OpenJob?> FindOpenAsync(string queue, string jobId, CancellationToken cancellationToken)
    {
        var table = TableOf(queue);
        return database.RowsOfAllUsers().FirstAsync($"{OpenJobsOf(table)} and j.id = @id", [("id", jobId)], row => Read(table, row), cancellationToken);
    }

    /// <summary>What the user's tier gives him. For the system.</summary>
    public async Task<UserTerms> TermsAsync(IGrainFactory grains, string userId)
    {
        try
        {
            return options.Value.TermsOf((await grains.GetGrain<IUserGrain>(userId).Get()).Tier);
        }
        catch (Exception failure) when (failure is AppException or OrleansException or TimeoutException)
        {
            // He is deleted, and his jobs go with him; or he cannot be asked just now, which is no reason to turn down a job that is durable.
            return options.Value.TermsOf(default);
        }
    }

    private static string OpenJobsOf(IJobTable table) =>
        $"""
        select j.owner, j.user_id, u.tier, {JobState.ColumnsOf("j")}
        from ({table.Rows}) j left join users u on u.id = j.user_id
        where j.status in ('PENDING', 'RUNNING', 'RETRYING')
        """;

    private OpenJob Read(IJobTable table, DbDataReader row)
    {
        var job = JobState.Read(row, 3);
        var tier = row.GetNullableString(2) is { } name ? WireName.Parse<UserTier>(name) : default;
        return new(
            job.ToTicket(GrainId.Create(table.Owner, row.GetString(0)), row.GetString(1)) with { Terms = options.Value.TermsOf(tier) },
            job.Status,
            job.Attempt,
            job.TimeoutAt);
    }
}
