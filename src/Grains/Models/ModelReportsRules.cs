using System.Text.Json;
using Actors.Audit;

namespace Actors.Models;

/// <summary>What users report of a model. A rule gives the change, or null when there is nothing to do; refusals are exceptions.</summary>
internal static class ModelReportsRules
{
    /// <param name="state">What was reported so far.</param>
    /// <param name="model">The model, if the caller may see it.</param>
    /// <param name="report">What he reports.</param>
    /// <param name="earlier">His last report; null if there is none.</param>
    /// <param name="caller">He.</param>
    public static Change<ModelReportsState>? Report(ModelReportsState? state, Model? model, ReportRow report, ReportRow? earlier, Caller caller)
    {
        if (model is not { Visibility: ModelVisibility.Public })
        {
            throw ModelRules.NotFound();
        }

        Permissions.Ensure(caller, Permission.ReportModel, "Only users report models.");
        new Validator().Defined("reason", report.Reason).OptionalText("note", report.Note, ModelLimits.Note).ThrowIfInvalid();
        if (model.UserId == caller.UserId)
        {
            throw new AppException(ErrorKind.Rule, "OWN_MODEL", "The model is the caller's own: he can unpublish or delete it.");
        }

        var present = state ?? new ModelReportsState(model.Id, Count: 0, Round: 0, Version: 0);
        var row = report with { Round = present.Round };
        if (earlier is not null && row == earlier with { CreatedAt = row.CreatedAt })
        {
            return null; // said twice
        }

        var isCounted = earlier?.Round == present.Round;
        return Tell(present with { Count = present.Count + (isCounted ? 0 : 1) }, ReportEvents.Reported) with { Rows = [ReportRow.Table.Upsert(row)] };
    }

    public static Change<ModelReportsState>? Dismiss(ModelReportsState? state, long? expectedVersion, Caller caller)
    {
        Permissions.Ensure(caller, Permission.ModerateModels, "Only moderators settle reports.");
        var present = state ?? throw NotFound();
        if (expectedVersion is { } expected && expected != present.Version)
        {
            throw Errors.Stale(present.Version);
        }

        return present.Count == 0
            ? null
            : Settled(present) with { Audit = new(AuditActions.ReportsDismissed, AuditEntities.Model, AuditChanges.Of(("reports", present.Count, 0))) };
    }

    /// <summary>The model was taken down: nothing is left to decide.</summary>
    public static Change<ModelReportsState>? Settle(ModelReportsState? state) => state is null or { Count: 0 } ? null : Settled(state);

    public static AppException NotFound() => new(ErrorKind.NotFound, "REPORTS_NOT_FOUND", "Nothing was reported of such a model.");

    private static Change<ModelReportsState> Settled(ModelReportsState present) =>
        Tell(present with { Count = 0, Round = present.Round + 1 }, ReportEvents.Settled);

    private static Change<ModelReportsState> Tell(ModelReportsState next, string kind) =>
        new(next with { Version = next.Version + 1 }, kind, JsonSerializer.Serialize(new(next.Count), ModelEventsJson.Default.ReportsChanged));
}
