using System.Collections.Immutable;
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

    /// <summary>Words by which it is found; absent for none.</summary>
    [MaxLength(ModelLimits.Tags)]
    public ImmutableArray<string?>? Tags { get; init; }

    /// <summary>Whether others may see its prompt and build on it; absent for no.</summary>
    public bool? AllowRemix { get; init; }

    public ChangeModel ToCommand(long? version) => new()
    {
        ExpectedVersion = version,
        Name = Shape.Required(Name, "name"),
        Description = Description,
        Tags = Shape.Texts(Tags, "tags"),
        AllowRemix = AllowRemix ?? false,
    };
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

    /// <summary>Words by which it is found; null for none.</summary>
    [MaxLength(ModelLimits.Tags)]
    public Optional<ImmutableArray<string?>?> Tags { get; init; }

    /// <summary>Whether others may see its prompt and build on it.</summary>
    public Optional<bool?> AllowRemix { get; init; }

    public ChangeModel ToCommand(long? version) => new()
    {
        ExpectedVersion = version,
        Name = Shape.NotCleared(Name, "name"),
        Description = Description,
        Tags = Tags.IsPresent ? Shape.Texts(Tags.Value, "tags") : default(Optional<ImmutableArray<string>>),
        AllowRemix = Shape.NotCleared(AllowRemix, "allowRemix"),
    };
}

/// <summary>Reports a public model.</summary>
internal sealed record ReportModelRequest
{
    /// <summary>What is wrong with it.</summary>
    [Required]
    public ReportReason? Reason { get; init; }

    /// <summary>What there is to say besides.</summary>
    [MaxLength(ModelLimits.Note)]
    public string? Note { get; init; }

    public ReportModel ToCommand() => new(Shape.Required(Reason, "reason"), Note);
}

/// <summary>Takes a model out of the gallery.</summary>
internal sealed record TakeDownRequest
{
    /// <summary>Why; its owner reads it.</summary>
    [Required, MaxLength(ModelLimits.Note)]
    public string? Reason { get; init; }

    public string ToReason() => Shape.Required(Reason, "reason");
}

/// <summary>The query of the gallery, as text.</summary>
internal sealed record ListGalleryRequest(
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "tag")] string? Tag,
    [FromQuery(Name = "remixOf")] string? RemixOf,
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
            Tag = fields.Text("tag", Tag, ModelLimits.Tag + 1), // with its #
            RemixOf = fields.Id("remixOf", RemixOf),
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
