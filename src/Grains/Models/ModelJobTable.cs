using System.Collections.Immutable;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Models;

/// <summary>The jobs of models, made or taken in; each belongs to the grain of its model.</summary>
internal sealed class ModelJobTable : IJobTable
{
    private static readonly GrainType Owner = GrainType.Create("model");

    public bool Has(string queue) => queue is ModelQueues.Generation or ModelQueues.Import;

    public Task<ImmutableArray<OpenJob>> ListOpenAsync(Database database, string queue, int limit, CancellationToken cancellationToken) => database.RowsOfAllUsers().ListAsync(
        """
        select j.id, m.id, m.user_id, j.priority, j.created_at, j.next_retry_at, j.status, j.attempt, j.timeout_at
        from model_generation_jobs j join models m on m.id = j.model_id
        where j.status in ('PENDING', 'RUNNING', 'RETRYING') and m.source = @source order by j.created_at, j.id limit @limit
        """,
        [("source", WireName.Of(queue == ModelQueues.Generation ? ModelSource.AiGenerated : ModelSource.UserUploaded)), ("limit", limit)],
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
