using System.Text.Json.Nodes;
using Actors.Audit;

namespace Actors.Models;

/// <content>What users report of a model, and what moderators decide.</content>
internal static partial class ModelRules
{
    /// <param name="state">The model.</param>
    /// <param name="command">What the caller reports.</param>
    /// <param name="earlierRound">The round of his last report; null if there is none.</param>
    /// <param name="caller">He.</param>
    /// <param name="now">When.</param>
    public static Change<ModelState> Report(ModelState? state, ReportModel command, long? earlierRound, Caller caller, DateTimeOffset now)
    {
        var present = Public(state);
        Permissions.Ensure(caller, Permission.ReportModel, "Only users report models.");
        new Validator().Defined("reason", command.Reason).OptionalText("note", command.Note, ModelLimits.Note).ThrowIfInvalid();
        if (RelationTo(present, caller) == Relation.Own)
        {
            throw new AppException(ErrorKind.Rule, "OWN_MODEL", "The model is the caller's own: he can unpublish or delete it.");
        }

        var reports = present.Reports;
        var next = present with { Reports = earlierRound == reports.Round ? reports : reports with { Count = reports.Count + 1 } };
        var row = new ReportRow(caller.UserId, present.Id, command.Reason, command.Note, reports.Round, now);
        return Silently(next) with { Rows = [ReportRow.Table.Upsert(row)] };
    }

    public static Change<ModelState>? DismissReports(ModelState? state, Caller caller)
    {
        var present = Moderated(state, caller);
        return present.Reports.Count == 0
            ? null
            : Silently(present with { Reports = present.Reports.Settled() }) with { Audit = Note(AuditActions.ReportsDismissed, ("reports", present.Reports.Count, 0)) };
    }

    public static Change<ModelState>? TakeDown(ModelState? state, string reason, Caller caller, DateTimeOffset now)
    {
        var present = Moderated(state, caller);
        new Validator().Text("reason", reason, ModelLimits.Note).ThrowIfInvalid();
        if (present.TakenDown?.Reason == reason && present.Reports.Count == 0)
        {
            return null;
        }

        var next = Hidden(present, now) with { TakenDown = new(present.TakenDown?.At ?? now, reason), Reports = present.Reports.Settled() };
        return Tell(next, ModelEvents.Changed) with
        {
            Audit = Note(AuditActions.ModelTakenDown, ("reason", present.TakenDown?.Reason, reason), ("reports", present.Reports.Count, 0)),
        };
    }

    public static Change<ModelState>? Restore(ModelState? state, Caller caller, DateTimeOffset now)
    {
        var present = Moderated(state, caller);
        return present.TakenDown is { } taken
            ? Tell(Documented(present, now) with { TakenDown = null }, ModelEvents.Changed) with { Audit = Note(AuditActions.ModelRestored, ("reason", taken.Reason, null)) }
            : null;
    }

    private static ModelState Moderated(ModelState? state, Caller caller)
    {
        Permissions.Ensure(caller, Permission.ModerateModels, "Only moderators may do this with a model.");
        return state ?? throw NotFound();
    }

    // The owner reads the model's feed, and is not to learn from it that somebody reported it.
    private static Change<ModelState> Silently(ModelState next) => Count(next, next.Counts, ModelEvents.Counted);

    private static AuditNote Note(string action, params ReadOnlySpan<(string Field, JsonNode? Before, JsonNode? After)> changes) =>
        new(action, AuditEntities.Model, AuditChanges.Of(changes));
}
