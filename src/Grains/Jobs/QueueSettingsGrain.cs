using System.Collections.Immutable;
using System.Text.Json;
using Actors.Audit;
using Actors.Storage;

namespace Actors.Jobs;

/// <summary>The row of <c>queue_configs</c> (004 <c>QueueConfig</c>).</summary>
internal sealed record QueueSettingsState(string Id, QueueSettings Settings, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version) : IEntityState
{
    public static readonly Table<QueueSettingsState> Table = new Table<QueueSettingsState>("queue_configs")
        .Key("id", s => s.Id)
        .Text("queue_name", s => s.Id)
        .Integer("version", s => s.Version)
        .Integer("max_concurrency", s => s.Settings.MaxConcurrency)
        .Integer("job_timeout", s => (long)s.Settings.JobTimeout.TotalMilliseconds)
        .Integer("max_retries", s => s.Settings.MaxRetries)
        .Integer("retry_delay_base", s => (long)s.Settings.RetryDelayBase.TotalMilliseconds)
        .Integer("retry_delay_max", s => (long)s.Settings.RetryDelayMax.TotalMilliseconds)
        .Boolean("enable_priority", s => s.Settings.EnablePriority)
        .Boolean("is_active", s => s.Settings.IsActive)
        .Timestamp("created_at", s => s.CreatedAt)
        .Timestamp("updated_at", s => s.UpdatedAt);

    public static Task<QueueSettingsState?> LoadAsync(Database database, string id, CancellationToken cancellationToken) => database.FirstAsync(
        """
        select id, version, max_concurrency, job_timeout, max_retries, retry_delay_base, retry_delay_max, enable_priority, is_active, created_at, updated_at
        from queue_configs where id = @id
        """,
        [("id", id)],
        row => new QueueSettingsState(
            row.GetString(0),
            new QueueSettings
            {
                MaxConcurrency = (int)row.GetInt64(2),
                JobTimeout = TimeSpan.FromMilliseconds(row.GetInt64(3)),
                MaxRetries = (int)row.GetInt64(4),
                RetryDelayBase = TimeSpan.FromMilliseconds(row.GetInt64(5)),
                RetryDelayMax = TimeSpan.FromMilliseconds(row.GetInt64(6)),
                EnablePriority = row.GetBoolean(7),
                IsActive = row.GetBoolean(8),
            },
            row.GetTimestamp(9),
            row.GetTimestamp(10),
            row.GetInt64(1)),
        cancellationToken);
}

/// <summary>Rules of a queue's settings.</summary>
internal static class QueueSettingsRules
{
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    public static Change<QueueSettingsState> Configure(
        QueueSettingsState? state, string queue, QueueSettings defaults, QueueSettings settings, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        Permissions.Ensure(caller, Permission.RunQueues, "Only an administrator may change queues.");
        new Validator()
            .Range("maxConcurrency", settings.MaxConcurrency, 1, 1_000)
            .Range("maxRetries", settings.MaxRetries, 0, 100)
            .That(settings.JobTimeout >= TimeSpan.FromSeconds(1) && settings.JobTimeout <= LongestAttempt, "jobTimeout", "must be one second to six hours")
            .That(settings.RetryDelayBase >= TimeSpan.Zero && settings.RetryDelayBase <= LongestPause, "retryDelayBase", "must be at most a day")
            .That(
                settings.RetryDelayMax >= settings.RetryDelayBase && settings.RetryDelayMax <= LongestPause,
                "retryDelayMax",
                "must be at least retryDelayBase and at most a day")
            .ThrowIfInvalid();
        if (expectedVersion is { } expected && expected != (state?.Version ?? 0))
        {
            throw Errors.Stale(state?.Version ?? 0);
        }

        return new(
            new QueueSettingsState(queue, settings, state?.CreatedAt ?? now, now, (state?.Version ?? 0) + 1),
            "queue.configured",
            JsonSerializer.Serialize(new QueueConfigured(queue), JobEventsJson.Default.QueueConfigured))
        {
            Audit = new AuditNote(AuditActions.QueueConfigured, AuditEntities.Queue, Changes(state?.Settings ?? defaults, settings)),
        };
    }

    private static string Changes(QueueSettings before, QueueSettings after) => AuditChanges.Of(
        ("maxConcurrency", before.MaxConcurrency, after.MaxConcurrency),
        ("jobTimeout", before.JobTimeout.TotalMilliseconds, after.JobTimeout.TotalMilliseconds),
        ("maxRetries", before.MaxRetries, after.MaxRetries),
        ("retryDelayBase", before.RetryDelayBase.TotalMilliseconds, after.RetryDelayBase.TotalMilliseconds),
        ("retryDelayMax", before.RetryDelayMax.TotalMilliseconds, after.RetryDelayMax.TotalMilliseconds),
        ("enablePriority", before.EnablePriority, after.EnablePriority),
        ("isActive", before.IsActive, after.IsActive));
}

/// <summary>The settings of a queue. Key: the queue's name. Durable once a method returns.</summary>
internal sealed class QueueSettingsGrain(EntityServices services, JobQueues queues) : EntityGrain<QueueSettingsState>(services), IQueueSettingsGrain
{
    protected override string Topic => $"queues/{Id}";

    protected override Table<QueueSettingsState> Root => QueueSettingsState.Table;

    private QueueSettings Defaults => queues.TableOf(Id).Defaults; // no such queue: refused

    public Task<(QueueSettings Settings, long Version)> Get() => Task.FromResult(Present(State, Defaults));

    public Task<int> Shards()
    {
        queues.TableOf(Id);
        return Task.FromResult(queues.Shards(Id));
    }

    public async Task<(QueueSettings Settings, long Version)> Configure(QueueSettings settings, long? expectedVersion)
    {
        var defaults = Defaults;
        var present = await ExecuteAsync(
            () => QueueSettingsRules.Configure(State, Id, defaults, settings, expectedVersion, Caller.Current!, Now), state => Present(state, defaults));
        await Task.WhenAll(queues.KeysOf(Id).Select(key => GrainFactory.GetGrain<IQueueGrain>(key).Refresh()));
        return present;
    }

    protected override Task<QueueSettingsState?> LoadAsync(CancellationToken cancellationToken) =>
        QueueSettingsState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<string> Audience(QueueSettingsState state) => [];

    protected override AppException Refusal(string? constraint) => Errors.Invalid("", $"holds a value that cannot be stored ({constraint})");

    private static (QueueSettings Settings, long Version) Present(QueueSettingsState? state, QueueSettings defaults) =>
        (state?.Settings ?? defaults, state?.Version ?? 0);
}
