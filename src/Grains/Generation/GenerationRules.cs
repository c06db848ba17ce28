using Actors.Jobs;
using Actors.Webhooks;

namespace Actors.Generation;

/// <summary>What happens to the model of a request.</summary>
internal enum ModelNews
{
    /// <summary>It is being made.</summary>
    Started = 0,

    /// <summary>It is there.</summary>
    Completed = 1,

    /// <summary>It was given up.</summary>
    Failed = 2,
}

/// <summary>What a model's grain tells its request.</summary>
/// <param name="News">What happened.</param>
/// <param name="Selection">The choice of an image that the model was made of.</param>
/// <param name="Progress">How far it is, in percent.</param>
/// <param name="ErrorMessage">Why its last attempt failed.</param>
[GenerateSerializer, Immutable, Alias("model-update")]
internal sealed record ModelUpdate(
    [property: Id(0)] ModelNews News, [property: Id(1)] long Selection, [property: Id(2)] int Progress, [property: Id(3)] string? ErrorMessage);

/// <summary>
/// How a request goes on. A rule gives the next state, or null when there is nothing to do: who tells it is late. Refusals are exceptions.
/// </summary>
internal static class GenerationRules
{
    /// <summary>The pairs of status and phase that there are (features C18).</summary>
    public static bool IsLegal(RequestStatus status, RequestPhase phase) => status switch
    {
        RequestStatus.ImagePending or RequestStatus.ImageGenerating or RequestStatus.ImageFailed => phase == RequestPhase.ImageGeneration,
        RequestStatus.ImageCompleted => phase == RequestPhase.AwaitingSelection,
        RequestStatus.ModelPending or RequestStatus.ModelGenerating or RequestStatus.ModelCompleted or RequestStatus.ModelFailed =>
            phase == RequestPhase.ModelGeneration,
        RequestStatus.Completed => phase == RequestPhase.Completed,
        _ => phase != RequestPhase.Completed, // failed or cancelled: wherever it was
    };

    /// <summary>A new request: four images, none begun, each with a job.</summary>
    /// <param name="state">None.</param>
    /// <param name="id">Its id.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="command">What he asks for.</param>
    /// <param name="source">Of a remix: what the model was made of; null if he may not build on it.</param>
    /// <param name="webhooks">What a webhook may be.</param>
    /// <param name="now">When.</param>
    public static GenerationState Create(
        GenerationState? state, string id, Caller caller, CreateGeneration command, string? source, WebhookOptions webhooks, DateTimeOffset now)
    {
        Permissions.Ensure(caller, Permission.CreateTask, "Only users ask for images.", Relation.Own);
        if (state is not null)
        {
            throw new AppException(ErrorKind.Conflict, "TASK_EXISTS", "This task exists already.");
        }

        if (command.RemixOf is not null && source is null)
        {
            throw new AppException(ErrorKind.Rule, "REMIX_NOT_ALLOWED", "There is no such model, it was made of no prompt, or its owner does not let others build on it.");
        }

        var prompt = command.Prompt ?? source;
        new Validator().Text("prompt", prompt, GenerationLimits.Prompt).Webhook(command.Webhook, webhooks).ThrowIfInvalid();
        return new GenerationState(id, caller.UserId, prompt!, now, Version: 1)
        {
            RemixOf = command.RemixOf,
            Webhook = command.Webhook is { } webhook ? WebhookRules.Of(webhook) : null,
            UpdatedAt = now,
            Images =
            [
                .. Enumerable.Range(0, GenerationLimits.Images).Select(index => new ImageState(
                    Ids.From("image", id, $"{index}"), id, index, now, new JobState(Ids.From("image-job", id, $"{index}"), JobStatus.Pending, Priority: 0, now) { UpdatedAt = now })
                {
                    ImagePrompt = prompt,
                }),
            ],
        };
    }

    public static GenerationState? StartImage(GenerationState state, string jobId, QueueSettings settings, DateTimeOffset now) =>
        state.FindByJob(jobId) is { } image && IsMakingImages(state) && JobRules.Start(image.Job, settings, now) is { } job
            ? Next(state.With(image with { Job = job, Status = ImageStatus.Generating }), now)
            : null;

    public static GenerationState? ReportImage(
        GenerationState state, string jobId, int attempt, int progress, string? provider, string? providerJobId, DateTimeOffset now) =>
        state.FindByJob(jobId) is { } image && JobRules.Report(image.Job, attempt, progress, provider, providerJobId, now) is { } job
            ? Next(state.With(image with { Job = job }), now)
            : null;

    public static GenerationState? CompleteImage(GenerationState state, string jobId, int attempt, string fileId, DateTimeOffset now) =>
        state.FindByJob(jobId) is { } image && JobRules.Complete(image.Job, attempt, now) is { } job
            ? Next(state.With(image with { Job = job, Status = ImageStatus.Completed, ImageFileId = fileId, CompletedAt = now, FailedAt = null, ErrorMessage = null }), now)
            : null;

    public static GenerationState? FailImage(
        GenerationState state, string jobId, int attempt, JobFailure failure, QueueSettings settings, DateTimeOffset now, double chance)
    {
        if (state.FindByJob(jobId) is not { } image || JobRules.Fail(image.Job, attempt, failure, settings, now, chance) is not { } job)
        {
            return null;
        }

        var isOver = !job.IsOpen;
        return Next(
            state.With(image with
            {
                Job = job,
                Status = isOver ? ImageStatus.Failed : ImageStatus.Pending,
                FailedAt = isOver ? now : null,
                ErrorMessage = job.ErrorMessage,
            }),
            now);
    }

    /// <summary>An image that was given up is tried again; the good ones stay (features 4.10).</summary>
    public static GenerationState RetryImage(GenerationState? state, int index, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, expectedVersion, caller);
        var image = ImageAt(present, index);
        if (image.Status != ImageStatus.Failed || present.Phase is RequestPhase.ModelGeneration)
        {
            throw new AppException(ErrorKind.Conflict, "IMAGE_NOT_FAILED", "Only a failed image can be tried again, and only before the model is made.");
        }

        return Next(
            present.With(image with { Job = JobRules.Requeue(image.Job, now)!, Status = ImageStatus.Pending, FailedAt = null, ErrorMessage = null }), now)!;
    }

    /// <summary>Chooses the image that the model is made of; after a failure of the model, another one may be chosen (features C20).</summary>
    public static GenerationState? Select(GenerationState? state, int index, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        var present = Run(state, caller);
        if (present.SelectedImageIndex == index && present.Status is RequestStatus.ModelPending or RequestStatus.ModelGenerating or RequestStatus.Completed)
        {
            return null; // said twice
        }

        present = Open(state, expectedVersion, caller);
        var image = ImageAt(present, index);
        if (present.Status is not (RequestStatus.ImageCompleted or RequestStatus.ModelFailed))
        {
            throw new AppException(ErrorKind.Conflict, "NOT_AWAITING_SELECTION", "An image can be chosen when the images are there and no model is being made.");
        }

        if (image.Status != ImageStatus.Completed)
        {
            throw new AppException(ErrorKind.Conflict, "IMAGE_NOT_COMPLETED", "Only an image that is there can be chosen.");
        }

        return Selected(present, index, now);
    }

    /// <summary>The model that was given up is made again.</summary>
    public static GenerationState RetryModel(GenerationState? state, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        var present = Open(state, expectedVersion, caller);
        return present is { Status: RequestStatus.ModelFailed, SelectedImageIndex: { } index }
            ? Selected(present, index, now)
            : throw new AppException(ErrorKind.Conflict, "MODEL_NOT_FAILED", "Only a model that was given up can be made again.");
    }

    /// <summary>What the model's grain tells; it may come late, twice, or after the user chose another image or gave up.</summary>
    public static GenerationState? Hear(GenerationState state, ModelUpdate update, DateTimeOffset now)
    {
        if (state.Status is not (RequestStatus.ModelPending or RequestStatus.ModelGenerating) || update.Selection != state.Selection)
        {
            return null;
        }

        return update.News switch
        {
            ModelNews.Completed => Touched(state, now) with { Status = RequestStatus.Completed, Phase = RequestPhase.Completed, CompletedAt = now },
            ModelNews.Failed => Touched(state, now) with { Status = RequestStatus.ModelFailed },
            _ => Touched(state, now) with { Status = RequestStatus.ModelGenerating },
        };
    }

    /// <summary>Whether the caller may delete it; refuses by an exception.</summary>
    public static GenerationState Delete(GenerationState? state, long? expectedVersion, Caller caller) => Run(state, expectedVersion, caller);

    /// <summary>Nothing more is to be done. Images that are there stay.</summary>
    public static GenerationState? Cancel(GenerationState? state, Caller caller, DateTimeOffset now)
    {
        var present = Run(state, caller);
        if (present.Status == RequestStatus.Cancelled)
        {
            return null;
        }

        EnsureNotOver(present);
        return Touched(present, now) with
        {
            Status = RequestStatus.Cancelled,
            CompletedAt = now,
            Images = [.. present.Images.Select(i => JobRules.Cancel(i.Job, now) is { } job ? i with { Job = job } : i)],
        };
    }

    /// <summary>The request, if the caller may see it; else there is none.</summary>
    public static GenerationState Visible(GenerationState? state, Caller caller) =>
        state is not null && Permissions.Allows(caller, Permission.SeeTask, RelationTo(state, caller))
            ? state
            : throw new AppException(ErrorKind.NotFound, "TASK_NOT_FOUND", "There is no such task.");

    private static Relation RelationTo(GenerationState state, Caller caller) => state.UserId == caller.UserId ? Relation.Own : Relation.None;

    public static bool IsOver(RequestStatus status) => status is RequestStatus.Completed or RequestStatus.Failed or RequestStatus.Cancelled;

    private static GenerationState Run(GenerationState? state, Caller caller)
    {
        var present = Visible(state, caller);
        Permissions.Ensure(caller, Permission.RunTask, "Only its user may run a task.", RelationTo(present, caller));
        return present;
    }

    private static GenerationState Open(GenerationState? state, long? expectedVersion, Caller caller)
    {
        var present = Run(state, expectedVersion, caller);
        EnsureNotOver(present);
        return present;
    }

    private static GenerationState Run(GenerationState? state, long? expectedVersion, Caller caller)
    {
        var present = Run(state, caller);
        return expectedVersion is { } expected && expected != present.Version ? throw Errors.Stale(present.Version) : present;
    }

    private static GenerationState Selected(GenerationState state, int index, DateTimeOffset now) => Touched(state, now) with
    {
        SelectedImageIndex = index,
        Selection = state.Version + 1,
        Status = RequestStatus.ModelPending,
        Phase = RequestPhase.ModelGeneration,
    };

    private static void EnsureNotOver(GenerationState state)
    {
        if (IsOver(state.Status))
        {
            throw new AppException(ErrorKind.Conflict, "TASK_IS_OVER", "The task is over.");
        }
    }

    private static ImageState ImageAt(GenerationState state, int index) => index >= 0 && index < state.Images.Length
        ? state.Images[index]
        : throw Errors.Invalid("index", $"Must be 0 to {GenerationLimits.Images - 1}.");

    private static bool IsMakingImages(GenerationState state) =>
        state.Status is RequestStatus.ImagePending or RequestStatus.ImageGenerating or RequestStatus.ImageFailed or RequestStatus.ImageCompleted;

    // At least one good image and none under way: one may be chosen. None good: failed (features C19).
    private static GenerationState? Next(GenerationState state, DateTimeOffset now)
    {
        if (!IsMakingImages(state))
        {
            return Touched(state, now);
        }

        var status = state.Images.All(i => i.Job.Attempt == 0)
            ? RequestStatus.ImagePending
            : state.Images.Any(i => i.Job.IsOpen)
                ? RequestStatus.ImageGenerating
                : state.Images.Any(i => i.Status == ImageStatus.Completed) ? RequestStatus.ImageCompleted : RequestStatus.ImageFailed;
        return Touched(state, now) with
        {
            Status = status,
            Phase = status == RequestStatus.ImageCompleted ? RequestPhase.AwaitingSelection : RequestPhase.ImageGeneration,
        };
    }

    private static GenerationState Touched(GenerationState state, DateTimeOffset now) => state with { Version = state.Version + 1, UpdatedAt = now };
}
