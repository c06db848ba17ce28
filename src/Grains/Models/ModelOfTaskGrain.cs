using Actors.Blobs;
using Actors.ChangeLog;
using Actors.Generation;
using Orleans.Core.Internal;

namespace Actors.Models;

/// <summary>
/// Follows one request: has the model made of the image that is chosen, given up with the request, and takes the files of a deleted one away. Key: the
/// request's id.
/// </summary>
[ImplicitStreamSubscription(GenerationEvents.Namespace)]
internal sealed class ModelOfTaskGrain(ChangeConsumerServices services, IGrainFactory grains) : ChangeConsumerGrain(services)
{
    public static readonly ChangeInterest Interest = new(
        GenerationEvents.Namespace, GenerationEvents.ImageSelected, GenerationEvents.Cancelled, GenerationEvents.Deleted);

    protected override string Consumer => "models-of-tasks";

    private IModelUpkeep Model => grains.GetGrain<IModelUpkeep>(ModelIds.OfRequest(this.GetPrimaryKeyString()));

    protected override Task HandleAsync(ChangeEvent change) => change.Kind switch
    {
        GenerationEvents.ImageSelected => BeginAsync(change),
        GenerationEvents.Cancelled => Model.Abandon(),
        GenerationEvents.Deleted => grains.DeleteFilesAsync(Data(change, GenerationEventsJson.Default.RequestDeleted).Files),
        _ => Task.CompletedTask,
    };

    private async Task BeginAsync(ChangeEvent change)
    {
        var task = grains.GetGrain<IGenerationGrain>(this.GetPrimaryKeyString());
        GenerationRequest request;
        try
        {
            request = await task.Get();
        }
        catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
        {
            return;
        }

        if (request.Version < change.Version)
        {
            // Another activation wrote, or it read its rows before a transaction that was thought lost came to its end.
            await task.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
            throw Errors.Unavailable("The task's memory is behind its log; it is asked again.");
        }

        // What was chosen at that version, if that choice still holds.
        if (request.Selection == change.Version && request.Status == RequestStatus.ModelPending
            && request.Images[request.SelectedImageIndex!.Value] is { ImageFileId: { } file } image)
        {
            await Model.Begin(new(request.Id, request.Selection, image.Id, file, request.UserId, request.Prompt, request.RemixOf));
        }
    }
}

/// <summary>Follows one model: tells its request how it goes, and takes the files of a deleted one away. Key: the model's id.</summary>
[ImplicitStreamSubscription(ModelEvents.Namespace)]
internal sealed class TaskOfModelGrain(ChangeConsumerServices services, IGrainFactory grains) : ChangeConsumerGrain(services)
{
    public static readonly ChangeInterest Interest = new(
        ModelEvents.Namespace, ModelEvents.Started, ModelEvents.Progressed, ModelEvents.Completed, ModelEvents.Failed, ModelEvents.Deleted);

    protected override string Consumer => "tasks-of-models";

    protected override Task HandleAsync(ChangeEvent change) => change.Kind switch
    {
        ModelEvents.Started or ModelEvents.Progressed => TellAsync(change, ModelNews.Started),
        ModelEvents.Completed => TellAsync(change, ModelNews.Completed),
        ModelEvents.Failed => TellAsync(change, ModelNews.Failed),
        ModelEvents.Deleted => grains.DeleteFilesAsync(Data(change, ModelEventsJson.Default.ModelDeleted).Files),
        _ => Task.CompletedTask,
    };

    private Task TellAsync(ChangeEvent change, ModelNews news)
    {
        var model = Data(change, ModelEventsJson.Default.ModelChanged);
        return model.RequestId is { } request
            ? grains.GetGrain<IGenerationUpdates>(request).Hear(new(news, model.Selection, model.Progress, model.ErrorMessage))
            : Task.CompletedTask;
    }
}
