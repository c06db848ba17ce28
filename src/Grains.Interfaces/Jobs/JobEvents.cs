using System.Text.Json.Serialization;

namespace Actors.Jobs;

/// <summary>Kinds of change events of jobs, on the topic <c>jobs/{id}</c> or the one of what the job belongs to.</summary>
public static class JobEvents
{
    /// <summary>The topic of a job without a table of its own.</summary>
    public static string Topic(string jobId) => $"jobs/{jobId}";

    /// <summary>Data: <see cref="JobChanged"/>, as of every kind here.</summary>
    public const string Submitted = "job.submitted";

    /// <summary>An attempt began.</summary>
    public const string Started = "job.started";

    /// <summary>It is further on.</summary>
    public const string Progressed = "job.progressed";

    /// <summary>Done.</summary>
    public const string Completed = "job.completed";

    /// <summary>An attempt failed or took too long; the status says whether there is another one.</summary>
    public const string Failed = "job.failed";

    /// <summary>Not wanted any more.</summary>
    public const string Cancelled = "job.cancelled";

    /// <summary>Begins anew.</summary>
    public const string Requeued = "job.requeued";
}

/// <summary>How the job stands after the change.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Attempt">Number of the present or last attempt.</param>
/// <param name="Progress">Percent.</param>
/// <param name="ErrorCode">Of the last failure.</param>
public sealed record JobChanged(JobStatus Status, int Attempt, int Progress, string? ErrorCode);

/// <summary>Settings of a queue changed.</summary>
/// <param name="Queue">Its name.</param>
public sealed record QueueConfigured(string Queue);

/// <summary>How the events' data is written: camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(WireEnumConverter<JobStatus>)])]
[JsonSerializable(typeof(JobChanged))]
[JsonSerializable(typeof(QueueConfigured))]
public sealed partial class JobEventsJson : JsonSerializerContext;
