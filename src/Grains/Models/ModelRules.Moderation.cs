using Actors.Audit;

namespace Actors.Models;

/// <content>What moderators decide.</content>
internal static partial class ModelRules
{
    public static Change<ModelState>? TakeDown(ModelState? state, string reason, Caller caller, DateTimeOffset now)
    {
        var present = Moderated(state, caller);
        new Validator().Text("reason", reason, ModelLimits.Note).ThrowIfInvalid();
        return present.TakenDown?.Reason == reason
            ? null
            : Tell(Hidden(present, now) with { TakenDown = new(present.TakenDown?.At ?? now, reason) }, ModelEvents.Changed) with
            {
                Audit = new(AuditActions.ModelTakenDown, AuditEntities.Model, AuditChanges.Of(("reason", present.TakenDown?.Reason, reason))),
            };
    }

    public static Change<ModelState>? Restore(ModelState? state, Caller caller, DateTimeOffset now)
    {
        var present = Moderated(state, caller);
        return present.TakenDown is { } taken
            ? Tell(Documented(present, now) with { TakenDown = null }, ModelEvents.Changed) with
            {
                Audit = new(AuditActions.ModelRestored, AuditEntities.Model, AuditChanges.Of(("reason", taken.Reason, null))),
            }
            : null;
    }

    private static ModelState Moderated(ModelState? state, Caller caller)
    {
        Permissions.Ensure(caller, Permission.ModerateModels, "Only moderators may do this with a model.");
        return state ?? throw NotFound();
    }
}
