using System.Collections.Immutable;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Models;

/// <summary>The jobs of one of the two queues of models; each belongs to the grain of its model.</summary>
internal sealed class ModelJobTable(ModelSource source) : IJobTable
{
    public GrainType Owner { get; } = GrainType.Create("model");

    public string Rows => $"""
        select m.id as owner, m.user_id, {JobState.ColumnsOf("j")}
        from model_generation_jobs j join models m on m.id = j.model_id where m.source = '{WireName.Of(source)}'
        """;

    public bool Has(string queue) => queue == ModelQueues.Of(source);

    public Task<ImmutableArray<OpenJob>> ListOpenAsync(Database database, string queue, int limit, CancellationToken cancellationToken) => database.RowsOfAllUsers().ListAsync(
        """
        select j.id, m.id, m.user_id, j.priority, j.created_at, j.next_retry_at, j.status, j.attempt, j.timeout_at
        from model_generation_jobs j join models m on m.id = j.model_id
        where j.status in ('PENDING', 'RUNNING', 'RETRYING') and m.source = @source order by j.created_at, j.id limit @limit
        """,
        [("source", WireName.Of(source)), ("limit", limit)],
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
