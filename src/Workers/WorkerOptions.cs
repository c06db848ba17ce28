using System.ComponentModel.DataAnnotations;

namespace Actors.Jobs;

/// <summary>How a process does jobs. Configuration section <c>Workers</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>Jobs of one queue, of each of its shards, that the process does at once; a queue's own <c>maxConcurrency</c> holds besides. Default 4; 0: it does none.</summary>
    [Range(0, JobLimits.LeasesAtOnce)]
    public int AtOnce { get; set; } = 4;

    /// <summary>Names of the queues that it does jobs of; none named, the default: all that it can do.</summary>
    public List<string> Queues { get; } = [];

    /// <summary>Whether the process does jobs of the queue.</summary>
    public bool Serves(string queue) => AtOnce > 0 && (Queues.Count == 0 || Queues.Contains(queue, StringComparer.Ordinal));
}
