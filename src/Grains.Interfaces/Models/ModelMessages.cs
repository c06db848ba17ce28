using System.Collections.Immutable;

namespace Actors.Models;

/// <summary>Where a model comes from (004 <c>ModelSource</c>).</summary>
[UpperSnake]
public enum ModelSource
{
    /// <summary>Made from the image of a request.</summary>
    AiGenerated = 0,

    /// <summary>Brought along by a user.</summary>
    UserUploaded = 1,
}

/// <summary>Who may see a model (004 <c>ModelVisibility</c>).</summary>
[UpperSnake]
public enum ModelVisibility
{
    /// <summary>Its owner.</summary>
    Private = 0,

    /// <summary>Everybody: it is in the gallery.</summary>
    Public = 1,
}

/// <summary>What a user can say of a model (004 <c>InteractionType</c>).</summary>
[UpperSnake]
public enum InteractionType
{
    /// <summary>He likes it.</summary>
    Like = 0,

    /// <summary>He keeps it.</summary>
    Favorite = 1,
}

/// <summary>A 3D model (004 <c>Model</c>), as the caller may see it.</summary>
[GenerateSerializer, Immutable, Alias("model")]
public sealed record Model
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(1)] public required string UserId { get; init; }

    /// <summary>Where it comes from.</summary>
    [Id(2)] public ModelSource Source { get; init; }

    /// <summary>The request that it was made for; null for uploads, and once the request is deleted. Told to its owner alone.</summary>
    [Id(3)] public string? RequestId { get; init; }

    /// <summary>The image that it was made of; as <see cref="RequestId"/>.</summary>
    [Id(4)] public string? SourceImageId { get; init; }

    /// <summary>What it is called.</summary>
    [Id(5)] public required string Name { get; init; }

    /// <summary>What its owner says of it.</summary>
    [Id(6)] public string? Description { get; init; }

    /// <summary>Reads its file for a while, without a token; null before it is there.</summary>
    [Id(7)] public string? ModelUrl { get; init; }

    /// <summary>Reads a picture of it for a while, without a token; null before it is there.</summary>
    [Id(8)] public string? PreviewImageUrl { get; init; }

    /// <summary>Files that its file refers to by name, with URLs as <see cref="ModelUrl"/>.</summary>
    [Id(9)] public ImmutableArray<ModelPartLink> Parts { get; init; } = [];

    /// <summary>Of its file.</summary>
    [Id(10)] public ModelFormat Format { get; init; }

    /// <summary>Bytes of its file; null before it is there.</summary>
    [Id(11)] public long? FileSize { get; init; }

    /// <summary>Who may see it.</summary>
    [Id(12)] public ModelVisibility Visibility { get; init; }

    /// <summary>Since when it is in the gallery, UTC; null if it is not.</summary>
    [Id(13)] public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>How often it was looked at in the gallery; a viewer counts once a day.</summary>
    [Id(14)] public long ViewCount { get; init; }

    /// <summary>Users who like it.</summary>
    [Id(15)] public long LikeCount { get; init; }

    /// <summary>Users who keep it.</summary>
    [Id(16)] public long FavoriteCount { get; init; }

    /// <summary>How often it was downloaded; as <see cref="ViewCount"/>.</summary>
    [Id(17)] public long DownloadCount { get; init; }

    /// <summary>Whether the caller likes it.</summary>
    [Id(18)] public bool Liked { get; init; }

    /// <summary>Whether the caller keeps it.</summary>
    [Id(19)] public bool Favorited { get; init; }

    /// <summary>How far its making is, in percent.</summary>
    [Id(20)] public int Progress { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    [Id(21)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it, and not only what others say of it, changed last, UTC.</summary>
    [Id(22)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was there, UTC.</summary>
    [Id(23)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When it was given up, UTC; null after a new beginning.</summary>
    [Id(24)] public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why its last attempt failed.</summary>
    [Id(25)] public string? ErrorMessage { get; init; }

    /// <summary>Counts its changes, but not what others say of it; the ETag.</summary>
    [Id(26)] public long Version { get; init; }

    /// <summary>Words by which it is found, in lower case.</summary>
    [Id(27)] public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>What it was made of; null for uploads, and for others than its owner unless <see cref="AllowRemix"/>.</summary>
    [Id(28)] public string? Prompt { get; init; }

    /// <summary>Whether others may see its prompt and, while it is public, ask for something of their own by it.</summary>
    [Id(29)] public bool AllowRemix { get; init; }

    /// <summary>The model that it was made after, which may be gone; null for none.</summary>
    [Id(30)] public string? RemixOf { get; init; }

    /// <summary>When a moderator took it out of the gallery, UTC: it cannot be published. Told to its owner and moderators; null if none did.</summary>
    [Id(31)] public DateTimeOffset? TakenDownAt { get; init; }

    /// <summary>Why he did.</summary>
    [Id(32)] public string? TakenDownReason { get; init; }
}

/// <summary>A file that belongs to a model, and how to read it.</summary>
/// <param name="Name">How the model's file refers to it.</param>
/// <param name="Url">Reads it for a while, without a token.</param>
[GenerateSerializer, Immutable, Alias("model-part-link")]
public sealed record ModelPartLink([property: Id(0)] string Name, [property: Id(1)] string Url);

/// <summary>Brings a model along: a file of the caller's, stored for the purpose of a model.</summary>
/// <param name="FileId">The file; becomes the model's, and goes with it.</param>
/// <param name="Name">1 to <see cref="ModelLimits.Name"/> characters; null: as the file is called.</param>
/// <param name="Description">At most <see cref="ModelLimits.Description"/> characters.</param>
[GenerateSerializer, Immutable, Alias("import-model")]
public sealed record ImportModel([property: Id(0)] string FileId, [property: Id(1)] string? Name, [property: Id(2)] string? Description);

/// <summary>Changes what a model is called and what is said of it.</summary>
[GenerateSerializer, Immutable, Alias("change-model")]
public sealed record ChangeModel
{
    /// <summary>The version that the caller saw; null: whatever there is.</summary>
    [Id(0)] public long? ExpectedVersion { get; init; }

    /// <summary>1 to <see cref="ModelLimits.Name"/> characters.</summary>
    [Id(1)] public Optional<string> Name { get; init; }

    /// <summary>At most <see cref="ModelLimits.Description"/> characters; null for none.</summary>
    [Id(2)] public Optional<string?> Description { get; init; }

    /// <summary>
    /// At most <see cref="ModelLimits.Tags"/> words of 1 to <see cref="ModelLimits.Tag"/> characters, without white space and commas; case and a leading <c>#</c> do not matter.
    /// </summary>
    [Id(3)] public Optional<ImmutableArray<string>> Tags { get; init; }

    /// <summary>Whether others may see its prompt and build on it.</summary>
    [Id(4)] public Optional<bool> AllowRemix { get; init; }
}

/// <summary>What a user says of a model now, and how many say the same.</summary>
/// <param name="IsSet">Whether he says it.</param>
/// <param name="Count">How many do.</param>
[GenerateSerializer, Immutable, Alias("interaction")]
public sealed record Interaction([property: Id(0)] bool IsSet, [property: Id(1)] long Count);

/// <summary>A model in a list.</summary>
[GenerateSerializer, Immutable, Alias("model-summary")]
public sealed record ModelSummary
{
    /// <summary>Opaque id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(1)] public required string UserId { get; init; }

    /// <summary>What its owner calls himself; null in the list of one's own.</summary>
    [Id(2)] public string? Author { get; init; }

    /// <summary>What it is called.</summary>
    [Id(3)] public required string Name { get; init; }

    /// <inheritdoc cref="Model.PreviewImageUrl"/>
    [Id(4)] public string? PreviewImageUrl { get; init; }

    /// <summary>Of its file.</summary>
    [Id(5)] public ModelFormat Format { get; init; }

    /// <summary>Bytes of its file; null before it is there.</summary>
    [Id(6)] public long? FileSize { get; init; }

    /// <summary>Where it comes from.</summary>
    [Id(7)] public ModelSource Source { get; init; }

    /// <summary>Who may see it.</summary>
    [Id(8)] public ModelVisibility Visibility { get; init; }

    /// <summary>Since when it is in the gallery, UTC.</summary>
    [Id(9)] public DateTimeOffset? PublishedAt { get; init; }

    /// <inheritdoc cref="Model.ViewCount"/>
    [Id(10)] public long ViewCount { get; init; }

    /// <summary>Users who like it.</summary>
    [Id(11)] public long LikeCount { get; init; }

    /// <summary>Users who keep it.</summary>
    [Id(12)] public long FavoriteCount { get; init; }

    /// <inheritdoc cref="Model.DownloadCount"/>
    [Id(13)] public long DownloadCount { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    [Id(14)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was there, UTC.</summary>
    [Id(15)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When it was given up, UTC.</summary>
    [Id(16)] public DateTimeOffset? FailedAt { get; init; }

    /// <inheritdoc cref="Model.Tags"/>
    [Id(17)] public ImmutableArray<string> Tags { get; init; } = [];
}

/// <summary>How the gallery is sorted.</summary>
public enum GallerySort
{
    /// <summary>What was published last comes first.</summary>
    Newest = 0,

    /// <summary>What most users like comes first.</summary>
    Likes = 1,
}

/// <summary>Asks for public models.</summary>
[GenerateSerializer, Immutable, Alias("list-gallery")]
public sealed record ListGallery
{
    /// <summary>The order.</summary>
    [Id(0)] public GallerySort Sort { get; init; }

    /// <summary>Only those whose name or description has this text, in whatever case; at most <see cref="ModelLimits.Search"/> characters.</summary>
    [Id(1)] public string? Search { get; init; }

    /// <summary>Where the page before ended.</summary>
    [Id(2)] public string? Cursor { get; init; }

    /// <summary>Most rows, 1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(3)] public int Limit { get; init; } = PageLimits.DefaultSize;

    /// <summary>Only those with this tag; as of <see cref="ChangeModel.Tags"/>.</summary>
    [Id(4)] public string? Tag { get; init; }

    /// <summary>Only those that were made after this model.</summary>
    [Id(5)] public string? RemixOf { get; init; }
}

/// <summary>Asks for models of the caller's, or that he likes or keeps, the newest first.</summary>
[GenerateSerializer, Immutable, Alias("list-models")]
public sealed record ListModels
{
    /// <summary>Where the page before ended.</summary>
    [Id(0)] public string? Cursor { get; init; }

    /// <summary>Most rows, 1 to <see cref="PageLimits.MaxSize"/>.</summary>
    [Id(1)] public int Limit { get; init; } = PageLimits.DefaultSize;
}

/// <summary>Limits of models.</summary>
public static class ModelLimits
{
    /// <summary>Characters of a name.</summary>
    public const int Name = 100;

    /// <summary>Characters of a description.</summary>
    public const int Description = 2_000;

    /// <summary>Characters of a text that is searched for.</summary>
    public const int Search = 100;

    /// <summary>Tags of a model.</summary>
    public const int Tags = 10;

    /// <summary>Characters of a tag.</summary>
    public const int Tag = 32;

    /// <summary>Characters of what a report, or a moderator, says.</summary>
    public const int Note = 500;

    /// <summary>Viewers of a day that a model remembers, so that they count once; those after them may count twice.</summary>
    public const int Viewers = 10_000;
}

/// <summary>Ids of models.</summary>
public static class ModelIds
{
    /// <summary>The model of a request: there is one, for ever (004, features C20).</summary>
    public static string OfRequest(string requestId) => Ids.From("model", requestId, "");

    /// <summary>The model that an uploaded file becomes: one at most.</summary>
    public static string OfFile(string fileId) => Ids.From("imported-model", fileId, "");
}
