using Actors.Jobs;
using Orleans.Concurrency;

namespace Actors.Models;

/// <summary>
/// One 3D model. Key: the model's id. Public ones are for everybody to see, private ones for their owner and administrators; 404
/// <c>MODEL_NOT_FOUND</c> for others. A command's effect is durable once the method returns.
/// </summary>
[Alias("model-grain")]
public interface IModelGrain : IJobOwner, ITopicGrain
{
    /// <summary>
    /// Brings a model along. 404 <c>FILE_NOT_FOUND</c>; 422 <c>NOT_A_MODEL</c> for a file of another purpose, or of a format that is not one of <see cref="ModelFormat"/>.
    /// What is in the file is checked afterwards, by a worker.
    /// </summary>
    [Alias("import")]
    Task<Model> Import(ImportModel command);

    /// <summary>The model.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<Model> Get();

    /// <summary>The model, if the caller may see it; null otherwise.</summary>
    [Alias("find"), AlwaysInterleave]
    Task<Model?> Find();

    /// <summary>Where its job stands in its queue; null if it is not waited for.</summary>
    [Alias("find-in-queue"), AlwaysInterleave]
    Task<QueuePlace?> FindInQueue();

    /// <summary>A public model; counts a view. 404 also for its owner as long as it is private.</summary>
    /// <param name="viewer">Who looks: a user's id, or an address. Once a day he counts.</param>
    [Alias("look"), Anonymous, AlwaysInterleave]
    Task<Model> Look(string viewer);

    /// <summary>As <see cref="Get"/>, to download it: counts. 409 <c>MODEL_NOT_COMPLETED</c>.</summary>
    /// <param name="viewer">As of <see cref="Look"/>.</param>
    [Alias("download"), Anonymous, AlwaysInterleave]
    Task<Model> Download(string viewer);

    /// <summary>
    /// What the model was made of, for who may ask for something of his own by it: its owner, and everybody as long as it is public and
    /// <see cref="Model.AllowRemix"/>. Null otherwise, and for uploads.
    /// </summary>
    [Alias("find-prompt"), AlwaysInterleave]
    Task<string?> FindPrompt();

    /// <summary>Changes what it is called and what is said of it. 412 if the version is not the present one, here and below.</summary>
    [Alias("change")]
    Task<Model> Change(ChangeModel command);

    /// <summary>Shows it in the gallery. 409 <c>MODEL_NOT_COMPLETED</c>, <c>MODEL_TAKEN_DOWN</c>.</summary>
    [Alias("publish")]
    Task<Model> Publish(long? expectedVersion);

    /// <summary>Takes it out of the gallery; what others said of it stays.</summary>
    [Alias("unpublish")]
    Task<Model> Unpublish(long? expectedVersion);

    /// <summary>Deletes it with its files. 409 <c>MODEL_IS_OPEN</c> while it is being made, or could be made again.</summary>
    [Alias("delete")]
    Task Delete(long? expectedVersion);

    /// <summary>The caller likes or keeps it, or does not. 409 <c>MODEL_NOT_COMPLETED</c>.</summary>
    /// <param name="type">What.</param>
    /// <param name="wanted">How it is to be; null: the other way round than it is.</param>
    [Alias("react")]
    Task<Interaction> React(InteractionType type, bool? wanted);

    /// <summary>Counts likes and favourites anew, from their rows; for administrators.</summary>
    [Alias("recount")]
    Task<Model> Recount();

    /// <summary>
    /// Takes it out of the gallery, until it is restored: its owner keeps it, sees why, and cannot publish it. For callers with the permission
    /// <c>ModerateModels</c>, as <see cref="Restore"/>; the audit log has both.
    /// </summary>
    /// <param name="reason">1 to <see cref="ModelLimits.Note"/> characters.</param>
    [Alias("take-down")]
    Task<Model> TakeDown(string reason);

    /// <summary>Its owner may publish it again.</summary>
    [Alias("restore")]
    Task<Model> Restore();
}

/// <summary>Lists models.</summary>
[Alias("model-queries-grain")]
public interface IModelQueriesGrain : IGrainWithIntegerKey
{
    /// <summary>Public models.</summary>
    [Alias("list-gallery"), Anonymous]
    Task<Page<ModelSummary>> ListGallery(ListGallery query, CancellationToken cancellationToken = default);

    /// <summary>The caller's own.</summary>
    [Alias("list-mine")]
    Task<Page<ModelSummary>> ListMine(ListModels query, CancellationToken cancellationToken = default);

    /// <summary>Public models that the caller likes or keeps, the ones first that he came to like or keep last.</summary>
    [Alias("list-of-interest")]
    Task<Page<ModelSummary>> ListOfInterest(InteractionType type, ListModels query, CancellationToken cancellationToken = default);

    /// <summary>Public models with reports that are not settled, those first that most users reported; for callers with the permission <c>ModerateModels</c>.</summary>
    [Alias("list-reported")]
    Task<Page<ReportedModel>> ListReported(ListModels query, CancellationToken cancellationToken = default);

    /// <summary>The reports of a model, the newest first; as <see cref="ListReported"/>. None for a model that is not there.</summary>
    [Alias("list-reports")]
    Task<Page<ModelReport>> ListReports(string modelId, ListModels query, CancellationToken cancellationToken = default);

    /// <summary>Models that moderators took out of the gallery, the last ones first; as <see cref="ListReported"/>.</summary>
    [Alias("list-taken-down")]
    Task<Page<TakenDownModel>> ListTakenDown(ListModels query, CancellationToken cancellationToken = default);
}
