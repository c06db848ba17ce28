using System.Globalization;
using System.Text;
using Npgsql;

namespace Actors.Chaos.Generation;

/// <summary>The rows of the jobs, past all grains.</summary>
internal sealed class JobTables(NpgsqlDataSource database)
{
    /// <summary>The time of an attempt.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    // To notice that the silo of a queue is gone, and to begin the queue anew elsewhere.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private const string Jobs =
        """
        (select 'image' as kind, id, status, attempt, error_code, started_at, updated_at, timeout_at, execution_duration from image_generation_jobs
         union all select 'model', id, status, attempt, error_code, started_at, updated_at, timeout_at, execution_duration from model_generation_jobs) j
        """;

    /// <summary>Looks at attempts that are under way; those that outlived their time.</summary>
    public async Task<IReadOnlyCollection<string>> WatchAsync(CancellationToken done)
    {
        var stuck = new HashSet<string>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                await foreach (var job in ReadAsync(
                    $"select kind || ' ' || id || ', attempt ' || attempt, 0::bigint from {Jobs} where status = 'RUNNING' and timeout_at < now() - interval '{Grace.TotalSeconds} s'"))
                {
                    stuck.Add(job.Text);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nothing is under way any more.
        }

        return stuck;
    }

    /// <summary>How often and how long jobs were tried, and those that are still to be done.</summary>
    public async Task<string> TellAsync()
    {
        var text = new StringBuilder();
        await foreach (var (kind, jobs) in ReadAsync($"select kind || 's, attempts ' || attempt, count(*) from {Jobs} group by kind, attempt order by kind, attempt"))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{kind}: {jobs}");
        }

        await foreach (var (kind, milliseconds) in ReadAsync($"select kind || ', longest attempt that went well', max(execution_duration) from {Jobs} group by kind having max(execution_duration) is not null"))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{kind}: {milliseconds} ms");
        }

        await foreach (var (job, attempt) in ReadAsync(
            $"""
            select concat_ws(' ', kind, id, status, error_code, 'begun', started_at, 'changed', updated_at, 'until', timeout_at, 'now', now()), attempt::bigint
            from {Jobs} where status <> 'COMPLETED'
            """))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{job}, attempt {attempt}");
        }

        return text.ToString();
    }

    /// <summary>Attempts of all four pictures, by their prompt.</summary>
    public Task<IReadOnlyDictionary<string, long>> AttemptsOfPicturesAsync() => MapAsync(
        """
        select r.prompt, sum(j.attempt) from generation_requests r join generated_images i on i.request_id = r.id join image_generation_jobs j on j.image_id = i.id
        group by r.prompt
        """);

    /// <summary>Attempts of the model, by the SHA-256 of its picture.</summary>
    public Task<IReadOnlyDictionary<string, long>> AttemptsOfModelsAsync() => MapAsync(
        """
        select b.sha256, j.attempt::bigint from models m join generated_images i on i.id = m.source_image_id join blobs b on b.id = i.image_url
        join model_generation_jobs j on j.model_id = m.id
        """);

    private async Task<IReadOnlyDictionary<string, long>> MapAsync(string sql)
    {
        var map = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var (text, number) in ReadAsync(sql))
        {
            map.Add(text, number);
        }

        return map;
    }

    private async IAsyncEnumerable<(string Text, long Number)> ReadAsync(string sql)
    {
#pragma warning disable CA2100 // the statements stand above
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            yield return (rows.GetString(0), rows.GetInt64(1));
        }
    }
}
