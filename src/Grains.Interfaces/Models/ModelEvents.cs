using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Actors.Models;

/// <summary>Kinds of change events on the topic <c>models/{id}</c>, whose audience is the owner.</summary>
public static class ModelEvents
{
    /// <summary>What topics of models begin with.</summary>
    public const string Namespace = "models";

    /// <summary>The topic of a model's events.</summary>
    public static string Topic(string modelId) => $"{Namespace}/{modelId}";

    /// <summary>It is to be made, or made again. Data: <see cref="ModelChanged"/>, as of every kind that does not say otherwise.</summary>
    public const string Queued = "model.queued";

    /// <summary>An attempt began, or failed and comes again.</summary>
    public const string Started = "model.started";

    /// <summary>It is further on.</summary>
    public const string Progressed = "model.progressed";

    /// <summary>It is there.</summary>
    public const string Completed = "model.completed";

    /// <summary>It was given up.</summary>
    public const string Failed = "model.failed";

    /// <summary>Its owner called it otherwise, showed it, or hid it.</summary>
    public const string Changed = "model.changed";

    /// <summary>Somebody likes or keeps it, or does not any more. Data: <see cref="ModelCounts"/>.</summary>
    public const string Reacted = "model.reacted";

    /// <summary>Views and downloads were counted. Data: <see cref="ModelCounts"/>.</summary>
    public const string Counted = "model.counted";

    /// <summary>It is gone. Data: <see cref="ModelDeleted"/>.</summary>
    public const string Deleted = "model.deleted";
}

/// <summary>Kinds of change events on the topic <c>model-reports/{id}</c>, which no feed shows. Data: <see cref="ReportsChanged"/>.</summary>
public static class ReportEvents
{
    /// <summary>The topic of what is reported of a model.</summary>
    public static string Topic(string modelId) => $"model-reports/{modelId}";

    /// <summary>A user reported the model.</summary>
    public const string Reported = "model.reported";

    /// <summary>A moderator settled the reports.</summary>
    public const string Settled = "model.reports-settled";
}

/// <summary>How the reports of a model stand.</summary>
/// <param name="ReportCount">Users who reported it since they were settled last.</param>
public sealed record ReportsChanged(long ReportCount);

/// <summary>How a model stands.</summary>
/// <param name="Visibility">Who may see it.</param>
/// <param name="Progress">How far its making is, in percent.</param>
/// <param name="RequestId">The request that it is made for.</param>
/// <param name="Selection">The version of the request in which its image was chosen: what belongs to an earlier choice is old.</param>
/// <param name="ErrorMessage">Why its last attempt failed.</param>
public sealed record ModelChanged(ModelVisibility Visibility, int Progress, string? RequestId, long Selection, string? ErrorMessage);

/// <summary>What others do with a model.</summary>
/// <param name="ViewCount">Views.</param>
/// <param name="LikeCount">Likes.</param>
/// <param name="FavoriteCount">Favourites.</param>
/// <param name="DownloadCount">Downloads.</param>
public sealed record ModelCounts(long ViewCount, long LikeCount, long FavoriteCount, long DownloadCount);

/// <summary>A model went.</summary>
/// <param name="Files">Files that belonged to it, and go too.</param>
public sealed record ModelDeleted(ImmutableArray<string> Files);

/// <summary>How the events' data is written: camelCase names, no nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WireEnumConverter<ModelVisibility>)])]
[JsonSerializable(typeof(ModelChanged))]
[JsonSerializable(typeof(ModelCounts))]
[JsonSerializable(typeof(ModelDeleted))]
[JsonSerializable(typeof(ReportsChanged))]
public sealed partial class ModelEventsJson : JsonSerializerContext;
