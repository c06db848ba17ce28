using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Actors.Users;
using Microsoft.AspNetCore.Mvc;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Jobs;

/// <summary>A queue as administrators see it (004 <c>QueueConfig</c>); times in milliseconds.</summary>
internal sealed record QueueView
{
    /// <summary>Its name.</summary>
    public required string QueueName { get; init; }

    /// <summary>Attempts under way at once.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>How long an attempt may take.</summary>
    public long JobTimeout { get; init; }

    /// <summary>Attempts after the first one.</summary>
    public int MaxRetries { get; init; }

    /// <summary>Pause before the first retry; each further one doubles it.</summary>
    public long RetryDelayBase { get; init; }

    /// <summary>Longest pause before a retry.</summary>
    public long RetryDelayMax { get; init; }

    /// <summary>Whether priorities count.</summary>
    public bool EnablePriority { get; init; }

    /// <summary>Whether attempts begin.</summary>
    public bool IsActive { get; init; }

    /// <summary>Counts the changes of the settings; the ETag.</summary>
    public long Version { get; init; }

    /// <summary>Jobs that may begin.</summary>
    public int Waiting { get; init; }

    /// <summary>Jobs that wait for their next attempt.</summary>
    public int Delayed { get; init; }

    /// <summary>Attempts under way.</summary>
    public int Running { get; init; }

    /// <summary>Workers that ask for jobs.</summary>
    public int Workers { get; init; }
}

/// <summary>Changes how a queue works; what is absent stays. Times in milliseconds.</summary>
internal sealed record ConfigureQueueRequest
{
    /// <summary>Attempts under way at once, 1 to 1000.</summary>
    public Optional<int?> MaxConcurrency { get; init; }

    /// <summary>How long an attempt may take, 1000 to 21,600,000.</summary>
    public Optional<long?> JobTimeout { get; init; }

    /// <summary>Attempts after the first one, 0 to 100.</summary>
    public Optional<int?> MaxRetries { get; init; }

    /// <summary>Pause before the first retry, 0 to 86,400,000.</summary>
    public Optional<long?> RetryDelayBase { get; init; }

    /// <summary>Longest pause before a retry, up to 86,400,000.</summary>
    public Optional<long?> RetryDelayMax { get; init; }

    /// <summary>Whether priorities count.</summary>
    public Optional<bool?> EnablePriority { get; init; }

    /// <summary>Whether attempts begin; those under way go on.</summary>
    public Optional<bool?> IsActive { get; init; }

    public QueueSettings Over(QueueSettings present) => new()
    {
        MaxConcurrency = NotCleared(MaxConcurrency, "maxConcurrency").Or(present.MaxConcurrency),
        JobTimeout = Time(JobTimeout, "jobTimeout", present.JobTimeout),
        MaxRetries = NotCleared(MaxRetries, "maxRetries").Or(present.MaxRetries),
        RetryDelayBase = Time(RetryDelayBase, "retryDelayBase", present.RetryDelayBase),
        RetryDelayMax = Time(RetryDelayMax, "retryDelayMax", present.RetryDelayMax),
        EnablePriority = NotCleared(EnablePriority, "enablePriority").Or(present.EnablePriority),
        IsActive = NotCleared(IsActive, "isActive").Or(present.IsActive),
    };

    private static TimeSpan Time(Optional<long?> milliseconds, string field, TimeSpan present)
    {
        var value = NotCleared(milliseconds, field).Or((long)present.TotalMilliseconds);
        return Math.Abs(value) <= (long)TimeSpan.FromDays(365).TotalMilliseconds
            ? TimeSpan.FromMilliseconds(value)
            : throw Errors.Invalid(field, "Is out of range.");
    }
}

/// <summary>The query of a queue's jobs, as text: what is wrong with it is told field by field.</summary>
internal sealed record ListQueueJobsRequest(
    [FromQuery(Name = "status")] string? Status,
    [FromQuery(Name = "cursor")] string? Cursor,
    [FromQuery(Name = "limit")] string? Limit)
{
    public ListQueueJobs ToQuery()
    {
        var fields = new QueryFields();
        var query = new ListQueueJobs
        {
            Status = fields.One<JobStatus>("status", Status),
            Cursor = fields.Text("cursor", Cursor, JobLimits.Cursor),
            Limit = fields.Limit(Limit),
        };
        fields.Check();
        return query;
    }
}

/// <summary>Queues over HTTP, for administrators.</summary>
internal static class QueueEndpoints
{
    /// <summary>Maps <c>/admin/queues</c>.</summary>
    public static void MapQueues(this RouteGroupBuilder api)
    {
        var queues = api.MapGroup("/admin/queues").WithTags("Admin").AllowServices();
        queues.MapGet("/", List).Describe("listQueues", "The queues: how they work, and how they stand (administrators)");
        queues.MapGet("/{queueName}", Get).Describe("getQueue", "How a queue works, and how it stands (administrators)");
        queues.MapGet("/{queueName}/jobs", ListJobs).Describe(
            "listQueueJobs", "Jobs of a queue that were given up, or of one status, the newest first (administrators)");
        queues.MapPost("/{queueName}/jobs/{id}/requeue", Requeue).Describe("requeueJob", "Begin a job anew that is over (administrators)");
        queues.MapPost("/{queueName}/requeue", RequeuePage).Describe(
            "requeueJobs", "Begin jobs anew that were given up, up to 100 a call (administrators)");
        queues.MapPatch("/{queueName}", Configure).Describe("configureQueue", "Change how a queue works, at once (administrators)");
    }

    private static async Task<Answer<ImmutableArray<QueueView>>> List(IGrainFactory grains) =>
        new([.. await Task.WhenAll(QueueNames.All.Select(name => ReadAsync(name, grains)))]);

    private static async Task<Answer<QueueView>> Get(string queueName, IGrainFactory grains)
    {
        var view = await ReadAsync(queueName, grains);
        return new(view, view.Version, passes: true);
    }

    private static async Task<QueueView> ReadAsync(string queueName, IGrainFactory grains)
    {
        var settings = grains.GetGrain<IQueueSettingsGrain>(queueName);
        var states = await Task.WhenAll(Enumerable.Range(0, await settings.Shards()).Select(shard => grains.GetGrain<IQueueGrain>($"{queueName}/{shard}").Get()));
        return Of(queueName, await settings.Get()) with
        {
            Waiting = states.Sum(s => s.Waiting),
            Delayed = states.Sum(s => s.Delayed),
            Running = states.Sum(s => s.Running),
            Workers = states.Max(s => s.Workers),
        };
    }

    private static async Task<Answer<QueueView>> Configure(string queueName, ConfigureQueueRequest body, ExpectedVersion version, IGrainFactory grains)
    {
        var settings = grains.GetGrain<IQueueSettingsGrain>(queueName);
        var present = await settings.Get();
        // What is absent stays as it was read here: so not over somebody's head.
        await settings.Configure(body.Over(present.Settings), version.Value ?? present.Version);
        return await Get(queueName, grains);
    }

    private static async Task<Answer<ImmutableArray<QueueJob>>> ListJobs(
        string queueName, [AsParameters] ListQueueJobsRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IQueueJobsGrain>(queueName).List(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<Requeued>> Requeue(string queueName, string id, IGrainFactory grains)
    {
        await grains.GetGrain<IQueueJobsGrain>(queueName).Requeue(id);
        return new(new Requeued(Count: 1, Refused: 0, NextCursor: null));
    }

    private static async Task<Answer<Requeued>> RequeuePage(string queueName, [AsParameters] ListQueueJobsRequest request, IGrainFactory grains) =>
        new(await grains.GetGrain<IQueueJobsGrain>(queueName).RequeuePage(request.ToQuery()));

    private static QueueView Of(string name, (QueueSettings Settings, long Version) config) => new()
    {
        QueueName = name,
        MaxConcurrency = config.Settings.MaxConcurrency,
        JobTimeout = (long)config.Settings.JobTimeout.TotalMilliseconds,
        MaxRetries = config.Settings.MaxRetries,
        RetryDelayBase = (long)config.Settings.RetryDelayBase.TotalMilliseconds,
        RetryDelayMax = (long)config.Settings.RetryDelayMax.TotalMilliseconds,
        EnablePriority = config.Settings.EnablePriority,
        IsActive = config.Settings.IsActive,
        Version = config.Version,
    };
}
