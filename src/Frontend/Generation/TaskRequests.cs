using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;

namespace Actors.Generation;

/// <summary>Asks for images of a prompt.</summary>
internal sealed record CreateTaskRequest
{
    /// <summary>What to make.</summary>
    [Required]
    public string? Prompt { get; init; }
}

/// <summary>Chooses an image.</summary>
internal sealed record SelectImageRequest
{
    /// <summary>0 to 3.</summary>
    [Required]
    public int? SelectedImageIndex { get; init; }
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
