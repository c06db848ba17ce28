using System.Collections.Immutable;
using System.Text.Json;
using Actors.Jobs;
using Actors.Storage;

namespace Actors.Models;

/// <summary>A model and the job that makes it: one aggregate, one commit. What users say of it are rows of their own (<see cref="InteractionRow"/>).</summary>
/// <param name="Id">Opaque id.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">When it was asked for, UTC.</param>
/// <param name="Job">Makes it, or takes it in.</param>
/// <param name="Version">Counts all changes; fences the row.</param>
internal sealed record ModelState(string Id, string UserId, ModelSource Source, string Name, DateTimeOffset CreatedAt, JobState Job, long Version)
    : IEntityState
{
    public static readonly Table<ModelState> Table = new Table<ModelState>("models")
        .Key("id", s => s.Id)
        .Integer("version", s => s.Version)
        .Integer("document_version", s => s.DocumentVersion)
        .Text("user_id", s => s.UserId)
        .Text("source", s => WireName.Of(s.Source))
        .Text("request_id", s => s.RequestId)
        .Text("source_image_id", s => s.SourceImageId)
        .Integer("selection", s => s.Selection)
        .Text("name", s => s.Name)
        .Text("description", s => s.Description)
        .Text("model_url", s => s.Made?.FileId)
        .Text("preview_image_url", s => s.Made?.PreviewFileId)
        .Text("parts", s => s.Made is { } made ? JsonSerializer.Serialize(made.Parts, ModelWorkJson.Default.ImmutableArrayModelPart) : null)
        .Text("format", s => WireName.Of(s.Format))
        .OptionalInteger("file_size", s => s.Made?.FileSize)
        .Text("visibility", s => WireName.Of(s.Visibility))
        .Timestamp("published_at", s => s.PublishedAt)
        .Integer("view_count", s => s.Counts.ViewCount)
        .Integer("like_count", s => s.Counts.LikeCount)
        .Integer("favorite_count", s => s.Counts.FavoriteCount)
        .Integer("download_count", s => s.Counts.DownloadCount)
        .Timestamp("created_at", s => s.CreatedAt)
        .Timestamp("updated_at", s => s.UpdatedAt)
        .Timestamp("completed_at", s => s.CompletedAt)
        .Timestamp("failed_at", s => s.FailedAt)
        .Text("error_message", s => s.Job.ErrorMessage)
        .Text("tags", s => s.Tags)
        .Boolean("allow_remix", s => s.AllowRemix)
        .Text("remix_of", s => s.RemixOf)
        .Timestamp("taken_down_at", s => s.TakenDown?.At)
        .Text("taken_down_reason", s => s.TakenDown?.Reason);

    public static readonly Table<ModelState> JobTable = JobState.AddTo(
        new Table<ModelState>("model_generation_jobs").Key("id", s => s.Job.Id).Text("model_id", s => s.Id).Text("work", s => s.Work), s => s.Job);

    /// <summary>Counts the changes of the model itself; the ETag.</summary>
    public long DocumentVersion { get; init; } = 1;

    public string? RequestId { get; init; }

    public string? SourceImageId { get; init; }

    /// <summary>The version of the request in which the image was chosen; 0 for uploads.</summary>
    public long Selection { get; init; }

    public string? Description { get; init; }

    /// <summary>The files, once they are there.</summary>
    public MadeModel? Made { get; init; }

    public ModelFormat Format { get; init; }

    public ModelVisibility Visibility { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public ModelCounts Counts { get; init; } = new(0, 0, 0, 0);

    /// <summary>As <see cref="ModelTags"/> writes them.</summary>
    public string Tags { get; init; } = "";

    /// <summary>Whether others may see its prompt and build on it.</summary>
    public bool AllowRemix { get; init; }

    /// <summary>The model that it was made after.</summary>
    public string? RemixOf { get; init; }

    /// <summary>A moderator took it out of the gallery; null if none did.</summary>
    public TakenDown? TakenDown { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>What the worker is to do: JSON of a <see cref="ModelWork"/> or <see cref="ImportWork"/>.</summary>
    public required string Work { get; init; }

    /// <summary>The queue of its job.</summary>
    public string Queue => ModelQueues.Of(Source);

    /// <summary>What it was made of; null for uploads.</summary>
    public string? Prompt() => Source == ModelSource.AiGenerated ? JsonSerializer.Deserialize(Work, ModelWorkJson.Default.ModelWork)!.Prompt : null;

    /// <summary>Everything that goes with it; an upload's file also when it was no model.</summary>
    public ImmutableArray<string> Files()
    {
        var files = Made is null ? [] : ImmutableArray.CreateRange([Made.FileId, Made.PreviewFileId, .. Made.Parts.Select(p => p.FileId)]);
        return Source == ModelSource.UserUploaded && JsonSerializer.Deserialize(Work, ModelWorkJson.Default.ImportWork) is { FileId: var uploaded }
            ? [uploaded, .. files.Remove(uploaded, StringComparer.Ordinal)]
            : files;
    }

    /// <summary>The rows of the job and of the tags in which two states differ.</summary>
    public static ImmutableArray<RowChange> Changes(ModelState? before, ModelState after) =>
        before is null ? [JobTable.Insert(after)]
        : before.Job == after.Job && before.Work == after.Work ? TagRow.Changes(before, after)
        : [JobTable.Update(after), .. TagRow.Changes(before, after)];

    // Of all users: public ones are seen by anybody, and whose it is, the row says.
    public static Task<ModelState?> LoadAsync(Database database, string id, CancellationToken cancellationToken) => database.RowsOfAllUsers().FirstAsync(
        $"""
        select m.user_id, m.source, m.name, m.created_at, m.version, m.document_version, m.request_id, m.source_image_id, m.selection, m.description,
               m.model_url, m.preview_image_url, m.parts, m.format, m.file_size, m.visibility, m.published_at, m.view_count, m.like_count,
               m.favorite_count, m.download_count, m.updated_at, m.completed_at, m.failed_at, j.work, m.tags, m.allow_remix, m.remix_of, m.taken_down_at,
               m.taken_down_reason, {JobState.ColumnsOf("j")}
        from models m join model_generation_jobs j on j.model_id = m.id where m.id = @id
        """,
        [("id", id)],
        row =>
        {
            var format = WireName.Parse<ModelFormat>(row.GetString(13));
            return new ModelState(
                id, row.GetString(0), WireName.Parse<ModelSource>(row.GetString(1)), row.GetString(2), row.GetTimestamp(3), JobState.Read(row, 30), row.GetInt64(4))
            {
                DocumentVersion = row.GetInt64(5),
                RequestId = row.GetNullableString(6),
                SourceImageId = row.GetNullableString(7),
                Selection = row.GetInt64(8),
                Description = row.GetNullableString(9),
                Made = row.IsDBNull(10)
                    ? null
                    : new(row.GetString(10), format, row.GetInt64(14), row.GetString(11), JsonSerializer.Deserialize(row.GetString(12), ModelWorkJson.Default.ImmutableArrayModelPart)),
                Format = format,
                Visibility = WireName.Parse<ModelVisibility>(row.GetString(15)),
                PublishedAt = row.GetNullableTimestamp(16),
                Counts = new(row.GetInt64(17), row.GetInt64(18), row.GetInt64(19), row.GetInt64(20)),
                UpdatedAt = row.GetTimestamp(21),
                CompletedAt = row.GetNullableTimestamp(22),
                FailedAt = row.GetNullableTimestamp(23),
                Work = row.GetString(24),
                Tags = row.GetString(25),
                AllowRemix = row.GetBoolean(26),
                RemixOf = row.GetNullableString(27),
                TakenDown = row.GetNullableTimestamp(28) is { } at ? new(at, row.GetString(29)) : null,
            };
        },
        cancellationToken);
}

/// <summary>What a user says of a model: a row of <c>model_interactions</c>.</summary>
internal sealed record InteractionRow(string UserId, string ModelId, InteractionType Type, DateTimeOffset CreatedAt)
{
    public static readonly Table<InteractionRow> Table = new Table<InteractionRow>("model_interactions")
        .Key("id", r => Ids.From("interaction", r.UserId, $"{r.ModelId}\n{WireName.Of(r.Type)}"))
        .Text("user_id", r => r.UserId)
        .Text("model_id", r => r.ModelId)
        .Text("type", r => WireName.Of(r.Type))
        .Timestamp("created_at", r => r.CreatedAt);
}

/// <summary>A moderator took a model out of the gallery.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why.</param>
internal sealed record TakenDown(DateTimeOffset At, string Reason);

/// <summary>A tag of a public model: a row of <c>model_tags</c>, by which the gallery finds it.</summary>
internal sealed record TagRow(string ModelId, string Tag, DateTimeOffset PublishedAt)
{
    public static readonly Table<TagRow> Table = new Table<TagRow>("model_tags")
        .Key("model_id", r => r.ModelId)
        .Key("tag", r => r.Tag)
        .Timestamp("published_at", r => r.PublishedAt);

    public static ImmutableArray<RowChange> Changes(ModelState before, ModelState after)
    {
        if (before.Tags == after.Tags && before.PublishedAt == after.PublishedAt)
        {
            return [];
        }

        // All that are wanted, whatever is there: so each change of tags or visibility puts the rows right.
        var now = after.PublishedAt is { } at ? ModelTags.Split(after.Tags).Select(tag => new TagRow(after.Id, tag, at)).ToList() : [];
        var gone = ModelTags.Split(before.Tags).Union(ModelTags.Split(after.Tags), StringComparer.Ordinal).Except(now.Select(row => row.Tag), StringComparer.Ordinal);
        return [.. gone.Select(tag => Table.Delete(new(after.Id, tag, after.UpdatedAt))), .. now.Select(Table.Upsert)];
    }
}
