using System.Collections.Immutable;
using Actors.Jobs;

namespace Actors.Generation;

/// <summary>The jobs of images; each belongs to the grain of its request.</summary>
internal sealed class ImageJobTable : IJobTable
{
    public GrainType Owner { get; } = GrainType.Create("generation");

    public string Rows { get; } = $"""
        select r.id as owner, r.user_id, {JobState.ColumnsOf("j")}
        from image_generation_jobs j join generated_images i on i.id = j.image_id join generation_requests r on r.id = i.request_id
        """;

    public ImmutableArray<string> Queues { get; } = [GenerationQueues.Images];
}
