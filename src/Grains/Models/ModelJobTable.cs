using System.Collections.Immutable;
using Actors.Jobs;

namespace Actors.Models;

/// <summary>The jobs of one of the two queues of models; each belongs to the grain of its model.</summary>
internal sealed class ModelJobTable(ModelSource source) : IJobTable
{
    public GrainType Owner { get; } = GrainType.Create("model");

    public string Rows => $"""
        select m.id as owner, m.user_id, {JobState.ColumnsOf("j")}
        from model_generation_jobs j join models m on m.id = j.model_id where m.source = '{WireName.Of(source)}'
        """;

    public ImmutableArray<string> Queues { get; } = [ModelQueues.Of(source)];
}
