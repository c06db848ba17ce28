using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Actors.Storage;
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
    /// <summary>Whether the queue's jobs are here.</summary>
    bool Has(string queue);

    /// <summary>The kind of grain that owns the jobs.</summary>
    GrainType Owner { get; }

    /// <summary>All of its jobs, as a query with the columns <c>owner</c> (the grain's key), <c>user_id</c> and those of <see cref="JobState"/>.</summary>
    string Rows { get; }

    /// <summary>How its queues work as long as nobody said otherwise.</summary>
    QueueSettings Defaults => new();

    /// <summary>The queue's open jobs, the oldest first, at most so many.</summary>
    Task<ImmutableArray<OpenJob>> ListOpenAsync(Database database, string queue, int limit, CancellationToken cancellationToken);
}

/// <summary>Names of queues, and which of a queue's grains has which job.</summary>
internal sealed class JobQueues(IEnumerable<IJobTable> tables, IOptions<JobOptions> options)
{
    public IJobTable TableOf(string queue) =>
        tables.FirstOrDefault(t => t.Has(queue)) ?? throw new AppException(ErrorKind.NotFound, "QUEUE_NOT_FOUND", "There is no such queue.");

    public int Shards(string queue) => options.Value.Shards.GetValueOrDefault(queue, 1);

    public string KeyOf(string queue, string jobId) =>
        $"{queue}/{JobShards.Of(jobId, Shards(queue))}";

    public IEnumerable<string> KeysOf(string queue) => Enumerable.Range(0, Shards(queue)).Select(shard => $"{queue}/{shard}");
}
