using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Actors.Webhooks;
using Microsoft.AspNetCore.Mvc;

namespace Actors.Generation;

/// <summary>Asks for images of a prompt.</summary>
internal sealed record CreateTaskRequest
{
    /// <summary>What to make. May be absent for a remix: then it is what the model was made of.</summary>
    [MaxLength(GenerationLimits.Prompt)]
    public string? Prompt { get; init; }

    /// <summary>Id of the model that it is made after: one's own, or a public one whose owner allows remixes.</summary>
    [MaxLength(Ids.MaxLength)]
    public string? RemixOf { get; init; }

    /// <summary>Where the task's events are to be told; null for nowhere.</summary>
    public NewWebhookRequest? Webhook { get; init; }

    public CreateGeneration ToCommand() => new(RemixOf is null ? Shape.Required(Prompt, "prompt") : Prompt, Webhook?.ToCommand(), RemixOf);
}

/// <summary>Chooses an image.</summary>
internal sealed record SelectImageRequest
{
    /// <summary>0 to 3.</summary>
    [Required]
    [Range(0, GenerationLimits.Images - 1)]
    public int? SelectedImageIndex { get; init; }

    public int ToIndex() => Shape.Required(SelectedImageIndex, "selectedImageIndex") is >= 0 and < GenerationLimits.Images and var index
        ? index
        : throw Errors.Invalid("selectedImageIndex", $"Must be 0 to {GenerationLimits.Images - 1}.");
}

/// <summary>The query of a list of requests, as text.</summary>
internal sealed record ListTasksRequest(
    [FromQuery(Name = "status")] string? Status, [FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] string? Limit)
{
    private const int LongestCursor = 1_024;

    public ListGenerations ToQuery()
    {
        var fields = new QueryFields();
        var query = new ListGenerations
        {
            Status = fields.One<RequestStatus>("status", Status),
            Cursor = fields.Text("cursor", Cursor, LongestCursor),
            Limit = fields.Limit(Limit),
        };
        fields.Check();
        return query;
    }
}
