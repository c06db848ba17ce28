using Actors.Storage;

namespace Actors.Models;

/// <summary>What was reported of a model. The reports are rows of their own (<see cref="ReportRow"/>).</summary>
/// <param name="ModelId">The model.</param>
/// <param name="Count">Users who reported it in this round.</param>
/// <param name="Round">How often moderators settled its reports; a report belongs to one round.</param>
/// <param name="Version">Fences the row; the ETag.</param>
internal sealed record ModelReportsState(string ModelId, long Count, long Round, long Version) : IEntityState
{
    public static readonly Table<ModelReportsState> Table = new Table<ModelReportsState>("reported_models")
        .Key("id", s => s.ModelId)
        .Integer("version", s => s.Version)
        .Integer("report_count", s => s.Count)
        .Integer("round", s => s.Round);

    public static Task<ModelReportsState?> LoadAsync(Database database, string modelId, CancellationToken cancellationToken) => database.FirstAsync(
        "select report_count, round, version from reported_models where id = @id",
        [("id", modelId)],
        row => new ModelReportsState(modelId, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
        cancellationToken);
}

/// <summary>What a user reported of a model: a row of <c>model_reports</c>.</summary>
internal sealed record ReportRow(string UserId, string ModelId, ReportReason Reason, string? Note, long Round, DateTimeOffset CreatedAt)
{
    public static readonly Table<ReportRow> Table = new Table<ReportRow>("model_reports")
        .Key("id", r => r.Id)
        .Text("user_id", r => r.UserId)
        .Text("model_id", r => r.ModelId)
        .Text("reason", r => WireName.Of(r.Reason))
        .Text("note", r => r.Note)
        .Integer("round", r => r.Round)
        .Timestamp("created_at", r => r.CreatedAt);

    public string Id => Ids.From("model-report", UserId, ModelId);

    public static Task<ReportRow?> FindAsync(Database database, ReportRow like) => database.RowsOf(like.UserId).FirstAsync(
        "select reason, note, round, created_at from model_reports where id = @id",
        [("id", like.Id)],
        row => new ReportRow(
            like.UserId, like.ModelId, WireName.Parse<ReportReason>(row.GetString(0)), row.GetNullableString(1), row.GetInt64(2), row.GetTimestamp(3)));
}
