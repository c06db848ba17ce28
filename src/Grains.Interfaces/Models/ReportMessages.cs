namespace Actors.Models;

/// <summary>What is wrong with a public model, as a user reports it.</summary>
[UpperSnake]
public enum ReportReason
{
    /// <summary>It only advertises, or is there many times.</summary>
    Spam = 0,

    /// <summary>It shows what is sexual.</summary>
    Sexual = 1,

    /// <summary>It shows or asks for violence.</summary>
    Violence = 2,

    /// <summary>It is against people for what they are.</summary>
    Hate = 3,

    /// <summary>It is somebody else's work.</summary>
    Copyright = 4,

    /// <summary>What the note says.</summary>
    Other = 5,
}

/// <summary>Reports a public model.</summary>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Note">At most <see cref="ModelLimits.Note"/> characters.</param>
[GenerateSerializer, Immutable, Alias("report-model")]
public sealed record ReportModel([property: Id(0)] ReportReason Reason, [property: Id(1)] string? Note);

/// <summary>What a user reported of a model.</summary>
/// <param name="Id">Opaque id.</param>
/// <param name="ModelId">The model.</param>
/// <param name="UserId">Who reported it.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Note">What he says besides.</param>
/// <param name="IsOpen">Whether no moderator has settled it.</param>
/// <param name="CreatedAt">When he reported it last, UTC.</param>
[GenerateSerializer, Immutable, Alias("model-report")]
public sealed record ModelReport(
    [property: Id(0)] string Id,
    [property: Id(1)] string ModelId,
    [property: Id(2)] string UserId,
    [property: Id(3)] ReportReason Reason,
    [property: Id(4)] string? Note,
    [property: Id(5)] bool IsOpen,
    [property: Id(6)] DateTimeOffset CreatedAt);

/// <summary>The reports of a model that no moderator has settled.</summary>
/// <param name="ModelId">The model.</param>
/// <param name="ReportCount">How many users reported it.</param>
/// <param name="Version">Counts reports and decisions; the ETag.</param>
[GenerateSerializer, Immutable, Alias("open-reports")]
public sealed record OpenReports([property: Id(0)] string ModelId, [property: Id(1)] long ReportCount, [property: Id(2)] long Version);

/// <summary>A public model with reports that no moderator has settled.</summary>
/// <param name="Id">The model.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Name">What it is called.</param>
/// <param name="ReportCount">How many users reported it.</param>
/// <param name="ReportsVersion">As <see cref="OpenReports.Version"/>.</param>
[GenerateSerializer, Immutable, Alias("reported-model")]
public sealed record ReportedModel(
    [property: Id(0)] string Id,
    [property: Id(1)] string UserId,
    [property: Id(2)] string Name,
    [property: Id(3)] long ReportCount,
    [property: Id(4)] long ReportsVersion);

/// <summary>A model that a moderator took out of the gallery.</summary>
/// <param name="Id">The model.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Name">What it is called.</param>
/// <param name="TakenDownAt">When, UTC.</param>
/// <param name="TakenDownReason">Why.</param>
[GenerateSerializer, Immutable, Alias("taken-down-model")]
public sealed record TakenDownModel(
    [property: Id(0)] string Id,
    [property: Id(1)] string UserId,
    [property: Id(2)] string Name,
    [property: Id(3)] DateTimeOffset TakenDownAt,
    [property: Id(4)] string TakenDownReason);
