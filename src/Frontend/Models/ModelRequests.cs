using System.ComponentModel.DataAnnotations;
using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;

namespace Actors.Models;

/// <summary>Brings a model along.</summary>
internal sealed record ImportModelRequest
{
    /// <summary>Id of a stored upload of the caller's with the purpose <c>model</c>: OBJ, GLB or STL.</summary>
    [Required]
    public string? FileId { get; init; }

    /// <summary>What it is called; by default as the file.</summary>
    [MaxLength(ModelLimits.Name)]
    public string? Name { get; init; }

    /// <summary>What its owner says of it.</summary>
    [MaxLength(ModelLimits.Description)]
    public string? Description { get; init; }

    public ImportModel ToCommand() => new(Shape.Required(FileId, "fileId"), Name, Description);
}

/// <summary>Replaces what a model is called and what is said of it.</summary>
internal sealed record ReplaceModelRequest
{
    /// <summary>What it is called.</summary>
    [Required, MaxLength(ModelLimits.Name)]
    public string? Name { get; init; }

    /// <summary>What its owner says of it; null for nothing.</summary>
    [MaxLength(ModelLimits.Description)]
    public string? Description { get; init; }

    public ChangeModel ToCommand(long? version) => new() { ExpectedVersion = version, Name = Shape.Required(Name, "name"), Description = Description };
}

/// <summary>Changes what a model is called and what is said of it (RFC 7396).</summary>
internal sealed record ChangeModelRequest
{
    /// <summary>What it is called.</summary>
    [MaxLength(ModelLimits.Name)]
    public Optional<string?> Name { get; init; }

    /// <summary>What its owner says of it; null for nothing.</summary>
    [MaxLength(ModelLimits.Description)]
    public Optional<string?> Description { get; init; }

    public ChangeModel ToCommand(long? version) =>
        new() { ExpectedVersion = version, Name = Shape.NotCleared(Name, "name"), Description = Description };
}

/// <summary>The query of the gallery, as text.</summary>
internal sealed record ListGalleryRequest(
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "cursor")] string? Cursor,
    [FromQuery(Name = "limit")] string? Limit)
{
    public ListGallery ToQuery()
    {
        var fields = new QueryFields();
        var query = new ListGallery
        {
            Sort = fields.One<GallerySort>("sort", Sort) ?? GallerySort.Newest,
            Search = fields.Text("q", Q, ModelLimits.Search),
            Cursor = fields.Text("cursor", Cursor, ListModelsRequest.LongestCursor),
            Limit = fields.Limit(Limit),
        };
        fields.Check();
        return query;
    }
}

/// <summary>The query of a list of models, as text.</summary>
internal sealed record ListModelsRequest([FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] string? Limit)
{
    public const int LongestCursor = 1_024;

    public ListModels ToQuery()
    {
        var fields = new QueryFields();
        var query = new ListModels { Cursor = fields.Text("cursor", Cursor, LongestCursor), Limit = fields.Limit(Limit) };
        fields.Check();
        return query;
    }
}
