using System.Collections.Immutable;
using System.Text.Json;
using Actors.Blobs;
using Actors.Jobs;

namespace Actors.Models;

/// <summary>An image was chosen: a model is to be made of it.</summary>
/// <param name="RequestId">For which request.</param>
/// <param name="Selection">The version of the request in which it was chosen.</param>
/// <param name="ImageId">The image.</param>
/// <param name="ImageFileId">Its file.</param>
/// <param name="UserId">For whom.</param>
/// <param name="Prompt">What the image was made of.</param>
/// <param name="RemixOf">The model that the request was made after.</param>
[GenerateSerializer, Immutable, Alias("begin-model")]
internal sealed record BeginModel(
    [property: Id(0)] string RequestId,
    [property: Id(1)] long Selection,
    [property: Id(2)] string ImageId,
    [property: Id(3)] string ImageFileId,
    [property: Id(4)] string UserId,
    [property: Id(5)] string Prompt,
    [property: Id(6)] string? RemixOf);

/// <summary>How a model goes on. A rule gives the change, or null when there is nothing to do; refusals are exceptions.</summary>
internal static partial class ModelRules
{
    /// <summary>What an image's choice leads to. One that was heard of before, or is older than the present one, is nothing new.</summary>
    public static Change<ModelState>? Begin(ModelState? state, string id, BeginModel chosen, DateTimeOffset now)
    {
        if (state is not null && (state.Selection >= chosen.Selection || state.CompletedAt is not null))
        {
            return null;
        }

        var work = JsonSerializer.Serialize(new(id, chosen.UserId, chosen.Prompt, chosen.ImageFileId), ModelWorkJson.Default.ModelWork);
        var next = state is null
            ? new ModelState(id, chosen.UserId, ModelSource.AiGenerated, NameOf(chosen.Prompt), now, NewJob(id, now), Version: 1) { Work = work, RemixOf = chosen.RemixOf, UpdatedAt = now }
            : Documented(state, now) with { Work = work, Job = JobRules.Requeue(state.Job, now) ?? state.Job, FailedAt = null };
        return Tell(next with { RequestId = chosen.RequestId, Selection = chosen.Selection, SourceImageId = chosen.ImageId }, ModelEvents.Queued);
    }

    /// <summary>A user's own file becomes a model.</summary>
    public static Change<ModelState> Import(ModelState? state, string id, ImportModel command, Blob file, Caller caller, DateTimeOffset now)
    {
        Permissions.Ensure(caller, Permission.CreateTask, "Only users have models.", Relation.Own);
        if (state is not null)
        {
            throw new AppException(ErrorKind.Conflict, "MODEL_EXISTS", "This model exists already.");
        }

        if (file.OwnerId != caller.UserId)
        {
            throw BlobRules.NotFound(); // an administrator sees it, and does not take it
        }

        var name = command.Name ?? NameOf(Path.GetFileNameWithoutExtension(file.FileName) is { Length: > 0 } called ? called : "Model");
        Validate(name, command.Description, tags: []);
        if (file.Purpose != BlobPurpose.Model || FormatOf(file.ContentType) is not { } format)
        {
            throw new AppException(ErrorKind.Rule, "NOT_A_MODEL", "The file must be stored for the purpose of a model, as OBJ, GLB or STL.");
        }

        return Tell(
            new ModelState(id, caller.UserId, ModelSource.UserUploaded, name, now, NewJob(id, now), Version: 1)
            {
                Description = command.Description,
                Format = format,
                UpdatedAt = now,
                Work = JsonSerializer.Serialize(new(id, caller.UserId, file.Id, format), ModelWorkJson.Default.ImportWork),
            },
            ModelEvents.Queued);
    }

    public static Change<ModelState>? Start(ModelState? state, QueueSettings settings, DateTimeOffset now) =>
        state is not null && JobRules.Start(state.Job, settings, now) is { } job ? Tell(Documented(state, now) with { Job = job }, ModelEvents.Started) : null;

    public static Change<ModelState>? Report(ModelState? state, int attempt, int progress, string? provider, string? providerJobId, DateTimeOffset now) =>
        state is not null && JobRules.Report(state.Job, attempt, progress, provider, providerJobId, now) is { } job
            ? Tell(Documented(state, now) with { Job = job }, ModelEvents.Progressed)
            : null;

    public static Change<ModelState>? Complete(ModelState? state, int attempt, MadeModel made, DateTimeOffset now)
    {
        new Validator()
            .Text("fileId", made.FileId, Ids.MaxLength)
            .Text("previewFileId", made.PreviewFileId, Ids.MaxLength)
            .Range("fileSize", made.FileSize, 1, BlobLimits.Size)
            .That(!made.Parts.IsDefault && made.Parts.Length <= MadeModel.MaxParts, "parts", $"must be at most {MadeModel.MaxParts}")
            .ThrowIfInvalid();
        return state is not null && JobRules.Complete(state.Job, attempt, now) is { } job
            ? Tell(Documented(state, now) with { Job = job, Made = made, Format = made.Format, CompletedAt = now, FailedAt = null }, ModelEvents.Completed)
            : null;
    }

    public static Change<ModelState>? Fail(ModelState? state, int attempt, JobFailure failure, QueueSettings settings, DateTimeOffset now, double chance) =>
        state is not null && JobRules.Fail(state.Job, attempt, failure, settings, now, chance) is { } job
            ? Tell(Documented(state, now) with { Job = job, FailedAt = job.IsOpen ? null : now }, job.IsOpen ? ModelEvents.Started : ModelEvents.Failed)
            : null;

    /// <summary>An upload that was given up is taken in anew; 409 for a model that is there.</summary>
    public static Change<ModelState> Requeue(ModelState present, DateTimeOffset now) =>
        present.CompletedAt is null && JobRules.Requeue(present.Job, now) is { } job
            ? Tell(Documented(present, now) with { Job = job, FailedAt = null }, ModelEvents.Queued)
            : throw new AppException(ErrorKind.Conflict, "MODEL_COMPLETED", "The model is there.");

    /// <summary>The request was cancelled: nothing more is done for the model; one that is there stays.</summary>
    public static Change<ModelState>? Abandon(ModelState? state, DateTimeOffset now) => state is not null && JobRules.Cancel(state.Job, now) is { } job
        ? Tell(Documented(state, now) with { Job = job, FailedAt = now }, ModelEvents.Failed)
        : null;

    /// <summary>The request goes: one that is there stays without it, one that is not goes too.</summary>
    public static Change<ModelState>? Detach(ModelState? state, DateTimeOffset now) => state switch
    {
        null or { RequestId: null } => null,
        { CompletedAt: null } => Gone(state),
        _ => Tell(Documented(state, now) with { RequestId = null, SourceImageId = null }, ModelEvents.Changed),
    };

    public static Change<ModelState>? Change(ModelState? state, ChangeModel command, Caller caller, DateTimeOffset now)
    {
        var present = Run(state, command.ExpectedVersion, caller);
        var tags = command.Tags.IsPresent ? ModelTags.Normalize(command.Tags.Value) : ModelTags.Split(present.Tags);
        var next = present with
        {
            Name = command.Name.Or(present.Name),
            Description = command.Description.Or(present.Description),
            Tags = ModelTags.Join(tags),
            AllowRemix = command.AllowRemix.Or(present.AllowRemix),
        };
        Validate(next.Name, next.Description, tags);
        return next == present ? null : Tell(Documented(next, now), ModelEvents.Changed);
    }

    public static Change<ModelState>? Publish(ModelState? state, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        var present = Completed(Run(state, expectedVersion, caller));
        if (present.TakenDown is { } taken)
        {
            throw new AppException(ErrorKind.Conflict, "MODEL_TAKEN_DOWN", $"A moderator took the model out of the gallery: {taken.Reason}");
        }

        return present.Visibility == ModelVisibility.Public
            ? null
            : Tell(Documented(present, now) with { Visibility = ModelVisibility.Public, PublishedAt = now }, ModelEvents.Changed);
    }

    public static Change<ModelState>? Unpublish(ModelState? state, long? expectedVersion, Caller caller, DateTimeOffset now)
    {
        var present = Run(state, expectedVersion, caller);
        return present.Visibility == ModelVisibility.Private
            ? null
            : Tell(Hidden(present, now), ModelEvents.Changed);
    }

    public static Change<ModelState> Delete(ModelState? state, long? expectedVersion, Caller caller)
    {
        var present = Run(state, expectedVersion, caller);
        return present.Job.IsOpen || (present.CompletedAt is null && present.RequestId is not null)
            ? throw new AppException(ErrorKind.Conflict, "MODEL_IS_OPEN", "The model is being made, or its task may make it again: cancel or delete the task.")
            : Gone(present);
    }

    /// <param name="state">The model.</param>
    /// <param name="type">What the caller says.</param>
    /// <param name="isSet">Whether he says it now.</param>
    /// <param name="wanted">Whether he wants to.</param>
    /// <param name="caller">He.</param>
    /// <param name="now">When.</param>
    public static Change<ModelState>? React(ModelState? state, InteractionType type, bool isSet, bool wanted, Caller caller, DateTimeOffset now)
    {
        var present = Completed(Visible(state, caller));
        Permissions.Ensure(caller, Permission.ReactToModel, "Only users like models.");
        if (isSet == wanted)
        {
            return null;
        }

        var step = wanted ? 1 : -1;
        var counts = type == InteractionType.Like
            ? present.Counts with { LikeCount = present.Counts.LikeCount + step }
            : present.Counts with { FavoriteCount = present.Counts.FavoriteCount + step };
        var row = new InteractionRow(caller.UserId, present.Id, type, now);
        return Count(present, counts, ModelEvents.Reacted) with { Rows = [wanted ? InteractionRow.Table.Insert(row) : InteractionRow.Table.Delete(row)] };
    }

    /// <summary>Views and downloads that were gathered.</summary>
    public static Change<ModelState> CountLooks(ModelState present, long views, long downloads) => Count(
        present,
        present.Counts with { ViewCount = present.Counts.ViewCount + views, DownloadCount = present.Counts.DownloadCount + downloads },
        ModelEvents.Counted);

    /// <summary>Other numbers, and nothing else: neither its version nor the time of its change.</summary>
    public static Change<ModelState> Count(ModelState present, ModelCounts counts, string kind) => new(
        present with { Counts = counts, Version = present.Version + 1 }, kind, JsonSerializer.Serialize(counts, ModelEventsJson.Default.ModelCounts));

    /// <summary>The model, if the caller may see it; else there is none. Nobody sees public ones as well as anybody.</summary>
    public static ModelState Visible(ModelState? state, Caller? caller) => IsVisible(state, caller) ? state! : throw NotFound();

    public static bool IsVisible(ModelState? state, Caller? caller) => state is not null
        && (state.Visibility == ModelVisibility.Public || (caller is not null && Permissions.Allows(caller, Permission.SeeTask, RelationTo(state, caller))));

    /// <summary>The model, if it is public.</summary>
    public static ModelState Public(ModelState? state) => Visible(state, caller: null);

    /// <summary>The model, if it is there.</summary>
    public static ModelState Completed(ModelState state) => state.CompletedAt is not null
        ? state
        : throw new AppException(ErrorKind.Conflict, "MODEL_NOT_COMPLETED", "The model is not there yet.");

    public static Relation RelationTo(ModelState state, Caller caller) => state.UserId == caller.UserId ? Relation.Own : Relation.None;

    public static AppException NotFound() => new(ErrorKind.NotFound, "MODEL_NOT_FOUND", "There is no such model.");

    /// <summary>What it was made of, if the caller may ask for something of his own by it; null if not, or if nobody knows.</summary>
    public static string? PromptFor(ModelState? state, Caller caller) =>
        state is not null && (RelationTo(state, caller) == Relation.Own || IsRemixable(state)) ? state.Prompt() : null;

    /// <summary>Whether everybody may see its prompt.</summary>
    public static bool IsRemixable(ModelState state) => state is { Visibility: ModelVisibility.Public, AllowRemix: true };

    private static ModelState Run(ModelState? state, long? expectedVersion, Caller caller)
    {
        var present = Visible(state, caller);
        Permissions.Ensure(caller, Permission.RunTask, "Only its owner may do this with a model.", RelationTo(present, caller));
        return expectedVersion is { } expected && expected != present.DocumentVersion ? throw Errors.Stale(present.DocumentVersion) : present;
    }

    private static JobState NewJob(string modelId, DateTimeOffset now) =>
        new(Ids.From("model-job", modelId, ""), JobStatus.Pending, Priority: 0, now) { UpdatedAt = now };

    private static ModelState Documented(ModelState state, DateTimeOffset now) =>
        state with { Version = state.Version + 1, DocumentVersion = state.DocumentVersion + 1, UpdatedAt = now };

    private static ModelState Hidden(ModelState state, DateTimeOffset now) =>
        Documented(state, now) with { Visibility = ModelVisibility.Private, PublishedAt = null };

    private static Change<ModelState> Tell(ModelState next, string kind) => new(next, kind, JsonSerializer.Serialize(
        new(next.Visibility, next.Job.Progress, next.RequestId, next.Selection, next.Job.ErrorMessage), ModelEventsJson.Default.ModelChanged));

    private static Change<ModelState> Gone(ModelState present) =>
        new(null, ModelEvents.Deleted, JsonSerializer.Serialize(new(present.Files()), ModelEventsJson.Default.ModelDeleted));

    private static void Validate(string name, string? description, ImmutableArray<string> tags) => new Validator()
        .Text("name", name, ModelLimits.Name)
        .OptionalText("description", description, ModelLimits.Description)
        .Tags(tags)
        .ThrowIfInvalid();

    private static ModelFormat? FormatOf(string contentType) => contentType switch
    {
        "model/obj" => ModelFormat.Obj,
        "model/gltf-binary" => ModelFormat.Glb,
        "model/stl" => ModelFormat.Stl,
        _ => null,
    };

    // A name of one line that ends with a whole character.
    private static string NameOf(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var end = Math.Min(line.Length, ModelLimits.Name);
        return line.Length == 0 ? "Model" : line[..(end < line.Length && char.IsHighSurrogate(line[end - 1]) ? end - 1 : end)];
    }
}
