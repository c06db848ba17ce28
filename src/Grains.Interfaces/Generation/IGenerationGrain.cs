using Actors.Jobs;
using Orleans.Concurrency;

namespace Actors.Generation;

/// <summary>One generation request. Key: the request's id. A command's effect is durable once the method returns.</summary>
[Alias("generation-grain")]
public interface IGenerationGrain : IJobOwner, ITopicGrain
{
    /// <summary>
    /// Asks for images of a prompt, for the caller. 400 for a bad prompt or webhook; 422 <c>PROMPT_REJECTED</c> if the moderation rejects it, 503
    /// <c>MODERATION_UNAVAILABLE</c> if it does not answer; 422 <c>REMIX_NOT_ALLOWED</c> for a remix of a model that the caller may not build on.
    /// </summary>
    [Alias("create-with-webhook")]
    Task<GenerationRequest> Create(CreateGeneration command);

    /// <summary>The request: for its user, or an administrator. 404 <c>TASK_NOT_FOUND</c> otherwise, here and below.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<GenerationRequest> Get();

    /// <summary>Where that stands in its queues what is still to be made.</summary>
    [Alias("find-in-queues"), AlwaysInterleave]
    Task<GenerationPlaces> FindInQueues();

    /// <summary>
    /// Chooses the image that the model is made of. 409 <c>NOT_AWAITING_SELECTION</c>, <c>IMAGE_NOT_COMPLETED</c>, <c>TASK_IS_OVER</c>; 412 if the
    /// version is not the present one.
    /// </summary>
    [Alias("select")]
    Task<GenerationRequest> Select(int index, long? expectedVersion);

    /// <summary>Tries a failed image again. 409 <c>IMAGE_NOT_FAILED</c>.</summary>
    [Alias("retry-image")]
    Task<GenerationRequest> RetryImage(int index, long? expectedVersion);

    /// <summary>Has the model that was given up made again, of the same image. 409 <c>MODEL_NOT_FAILED</c>.</summary>
    [Alias("retry-model")]
    Task<GenerationRequest> RetryModel(long? expectedVersion);

    /// <summary>Deletes it with its pictures; a model that is there stays, one that is not goes too.</summary>
    [Alias("delete")]
    Task Delete(long? expectedVersion);

    /// <summary>Nothing more is done for it. 409 <c>TASK_IS_OVER</c>, but not for a second time.</summary>
    [Alias("cancel")]
    Task<GenerationRequest> Cancel();
}

/// <summary>Lists generation requests.</summary>
[Alias("generation-queries-grain")]
public interface IGenerationQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>The caller's own requests, the newest first.</summary>
    [Alias("list")]
    Task<Page<GenerationSummary>> List(ListGenerations query, CancellationToken cancellationToken = default);
}
