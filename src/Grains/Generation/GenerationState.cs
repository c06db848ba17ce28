using System.Collections.Immutable;
using Actors.Jobs;
using Actors.Storage;
using Actors.Webhooks;

namespace Actors.Generation;

/// <summary>A request with its images and their jobs: one aggregate, one commit.</summary>
internal sealed record GenerationState(string Id, string UserId, string Prompt, DateTimeOffset CreatedAt, long Version) : IEntityState
{
    public static readonly Table<GenerationState> Table = new Table<GenerationState>("generation_requests")
        .Key("id", s => s.Id)
        .Integer("version", s => s.Version)
        .Text("user_id", s => s.UserId)
        .Text("prompt", s => s.Prompt)
        .Text("status", s => WireName.Of(s.Status))
        .Text("phase", s => WireName.Of(s.Phase))
        .OptionalInteger("selected_image_index", s => s.SelectedImageIndex)
        .Integer("selection", s => s.Selection)
        .Text("webhook_url", s => s.Webhook?.Url)
        .Text("webhook_events", s => s.Webhook is { } webhook ? string.Join(' ', webhook.Events.Select(WireName.Of)) : null)
        .Timestamp("created_at", s => s.CreatedAt)
        .Timestamp("updated_at", s => s.UpdatedAt)
        .Timestamp("completed_at", s => s.CompletedAt)
        .Text("remix_of", s => s.RemixOf);

    public RequestStatus Status { get; init; }

    public RequestPhase Phase { get; init; }

    public int? SelectedImageIndex { get; init; }

    /// <summary>The version in which the image was chosen last; 0 if none was. What the model tells belongs to one choice.</summary>
    public long Selection { get; init; }

    public Webhook? Webhook { get; init; }

    /// <summary>The model that it is made after.</summary>
    public string? RemixOf { get; init; }

    public ImmutableArray<ImageState> Images { get; init; } = [];

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The request's image with the job, or null.</summary>
    public ImageState? FindByJob(string jobId) => Images.FirstOrDefault(i => i.Job.Id == jobId);

    public GenerationState With(ImageState image) => this with { Images = Images.SetItem(image.Index, image) };

    /// <summary>The rows of images and jobs in which two states differ.</summary>
    public static ImmutableArray<RowChange> Changes(GenerationState? before, GenerationState after)
    {
        var changes = ImmutableArray.CreateBuilder<RowChange>();
        foreach (var image in after.Images)
        {
            var old = before?.Images.FirstOrDefault(i => i.Id == image.Id);
            if (old is null)
            {
                changes.Add(ImageState.Table.Insert(image));
                changes.Add(ImageState.JobTable.Insert(image));
            }
            else
            {
                if (old with { Job = image.Job } != image)
                {
                    changes.Add(ImageState.Table.Update(image));
                }

                if (old.Job != image.Job)
                {
                    changes.Add(ImageState.JobTable.Update(image));
                }
            }
        }

        return changes.ToImmutable();
    }

    public static async Task<GenerationState?> LoadAsync(Database database, string id, CancellationToken cancellationToken)
    {
        // Whose it is, the row says.
        var (root, images) = await database.RowsOfAllUsers().AggregateAsync(
            $"""
            select r.id, r.user_id, r.prompt, r.created_at, r.version, r.status, r.phase, r.selected_image_index, r.updated_at, r.completed_at,
                   i.id, i."index", i.image_url, i.image_prompt, i.image_status, i.created_at, i.completed_at, i.failed_at, i.error_message,
                   {JobState.ColumnsOf("j")}, r.selection, r.webhook_url, r.webhook_events, r.remix_of
            from generation_requests r
            left join generated_images i on i.request_id = r.id left join image_generation_jobs j on j.image_id = i.id
            where r.id = @id order by i."index"
            """,
            [("id", id)],
            row => new GenerationState(row.GetString(0), row.GetString(1), row.GetString(2), row.GetTimestamp(3), row.GetInt64(4))
            {
                Status = WireName.Parse<RequestStatus>(row.GetString(5)),
                Phase = WireName.Parse<RequestPhase>(row.GetString(6)),
                SelectedImageIndex = row.IsDBNull(7) ? null : (int)row.GetInt64(7),
                UpdatedAt = row.GetTimestamp(8),
                CompletedAt = row.GetNullableTimestamp(9),
                Selection = row.GetInt64(38),
                Webhook = row.IsDBNull(39) ? null : new(row.GetString(39), [.. row.GetString(40).Split(' ').Select(WireName.Parse<WebhookEvent>)]),
                RemixOf = row.GetNullableString(41),
            },
            row => row.IsDBNull(10) ? null : new ImageState(row.GetString(10), row.GetString(0), (int)row.GetInt64(11), row.GetTimestamp(15), JobState.Read(row, 19))
            {
                ImageFileId = row.GetNullableString(12),
                ImagePrompt = row.GetNullableString(13),
                Status = WireName.Parse<ImageStatus>(row.GetString(14)),
                CompletedAt = row.GetNullableTimestamp(16),
                FailedAt = row.GetNullableTimestamp(17),
                ErrorMessage = row.GetNullableString(18),
            },
            cancellationToken);
        return root is null ? null : root with { Images = images };
    }
}

/// <summary>An image and its job.</summary>
internal sealed record ImageState(string Id, string RequestId, int Index, DateTimeOffset CreatedAt, JobState Job)
{
    public static readonly Table<ImageState> Table = new Table<ImageState>("generated_images")
        .Key("id", i => i.Id)
        .Text("request_id", i => i.RequestId)
        .Integer("index", i => i.Index)
        .Text("image_url", i => i.ImageFileId)
        .Text("image_prompt", i => i.ImagePrompt)
        .Text("image_status", i => WireName.Of(i.Status))
        .Timestamp("created_at", i => i.CreatedAt)
        .Timestamp("completed_at", i => i.CompletedAt)
        .Timestamp("failed_at", i => i.FailedAt)
        .Text("error_message", i => i.ErrorMessage);

    public static readonly Table<ImageState> JobTable = JobState.AddTo(
        new Table<ImageState>("image_generation_jobs").Key("id", i => i.Job.Id).Text("image_id", i => i.Id), i => i.Job);

    public string? ImageFileId { get; init; }

    public string? ImagePrompt { get; init; }

    public ImageStatus Status { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>As users see it.</summary>
    public GeneratedImage ToImage() => new()
    {
        Id = Id,
        Index = Index,
        ImageFileId = ImageFileId,
        ImagePrompt = ImagePrompt,
        ImageStatus = Status,
        CompletedAt = CompletedAt,
        FailedAt = FailedAt,
        ErrorMessage = ErrorMessage,
    };
}
