using System.Collections.Immutable;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Generation;

/// <summary>The jobs of images; each belongs to the grain of its request.</summary>
internal sealed class ImageJobTable : IJobTable
{
    public GrainType Owner { get; } = GrainType.Create("generation");

    public string Rows { get; } = $"""
        select r.id as owner, r.user_id, {JobState.ColumnsOf("j")}
        from image_generation_jobs j join generated_images i on i.id = j.image_id join generation_requests r on r.id = i.request_id
        """;

    public bool Has(string queue) => queue == GenerationQueues.Images;

    public Task<ImmutableArray<OpenJob>> ListOpenAsync(Database database, string queue, int limit, CancellationToken cancellationToken) => database.RowsOfAllUsers().ListAsync(
        """
        select j.id, r.id, r.user_id, j.priority, j.created_at, j.next_retry_at, j.status, j.attempt, j.timeout_at
        from image_generation_jobs j join generated_images i on i.id = j.image_id join generation_requests r on r.id = i.request_id
        where j.status in ('PENDING', 'RUNNING', 'RETRYING') order by j.created_at, j.id limit @limit
        """,
        [("limit", limit)],
        row => new OpenJob(
            new JobTicket
            {
                JobId = row.GetString(0),
                Owner = GrainId.Create(Owner, row.GetString(1)),
                UserId = row.GetString(2),
                Priority = (int)row.GetInt64(3),
                CreatedAt = row.GetTimestamp(4),
                NotBefore = row.GetNullableTimestamp(5),
            },
            WireName.Parse<JobStatus>(row.GetString(6)),
            (int)row.GetInt64(7),
            row.GetNullableTimestamp(8)),
        cancellationToken);
}
