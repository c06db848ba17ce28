using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Jobs;

/// <summary>Does the jobs of one queue.</summary>
internal interface IJobHandler
{
    /// <summary>The queue.</summary>
    string Queue { get; }

    /// <summary>Does one attempt. Throws <see cref="JobFailedException"/> if it fails as can be expected.</summary>
    /// <param name="lease">What to do.</param>
    /// <param name="report">Tells how far it is, in percent, and by which provider and under which of its ids.</param>
    /// <param name="cancellationToken">The attempt is over its time, cancelled, or lost: stop, also at the provider.</param>
    /// <returns>What the job's owner wants to know.</returns>
    Task<string> RunAsync(JobLease lease, Func<int, string?, string?, Task> report, CancellationToken cancellationToken);

    /// <summary>The owner did not want what an attempt brought: takes back what it left behind, e.g. files.</summary>
    Task DiscardAsync(JobLease lease) => Task.CompletedTask;
}

/// <summary>An attempt failed.</summary>
internal sealed class JobFailedException(JobFailure failure, Exception? cause = null) : Exception(failure.Message, cause)
{
    public JobFailure Failure => failure;
}

/// <summary>What a leased job says.</summary>
internal static class LeasedWork
{
    /// <summary>Reads it; a job that says nothing fails for good.</summary>
    public static T Work<T>(this JobLease lease, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(lease.Work, type) ?? throw Bad();
        }
        catch (JsonException fault)
        {
            throw Bad(fault);
        }
    }

    private static JobFailedException Bad(Exception? cause = null) => new(new JobFailure("BAD_WORK", "The job does not say what to do.", MayPass: false), cause);
}
