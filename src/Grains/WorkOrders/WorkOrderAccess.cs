using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>What a caller is to an order, held against <see cref="Permissions"/>. Who may not see it is told that it does not exist.</summary>
internal static class WorkOrderAccess
{
    public static AppException NotFound() =>
        new(ErrorKind.NotFound, "WORK_ORDER_NOT_FOUND", "There is no such work order.");

    /// <summary>The state, for a caller who may see it.</summary>
    public static WorkOrderState Visible(WorkOrderState? state, Caller caller) =>
        state is not null && (May(caller, Permission.SeeWorkOrder, state.Document) || Works(state.Document, caller)) ? state : throw NotFound();

    /// <summary>The state, for a caller who may change it.</summary>
    public static WorkOrderState Editable(WorkOrderState? state, Caller caller) =>
        May(caller, Permission.RunWorkOrder, Visible(state, caller).Document)
            ? state!
            : throw Errors.Forbidden("Only the owner, a manager of the factory or an administrator may do this.");

    /// <summary>Whether the caller may do it as what he is to the order, or to the part of it that is meant (<paramref name="more"/>).</summary>
    public static bool May(Caller caller, Permission permission, WorkOrder order, Relation more = Relation.None)
    {
        var relation = more;
        relation |= order.OwnerId == caller.UserId ? Relation.Own : Relation.None;
        relation |= caller.FactoryId is not null && order.TargetFactoryId == caller.FactoryId ? Relation.Factory : Relation.None;
        return Permissions.Allows(caller, permission, relation);
    }

    /// <summary>The same people as <see cref="Visible"/> lets in, as the audience of the order's changes.</summary>
    public static ImmutableArray<string> AudienceOf(WorkOrder order)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        names.Add(Audience.User(order.OwnerId));
        if (order.TargetFactoryId is not null)
        {
            names.Add(Audience.Factory(order.TargetFactoryId));
        }

        foreach (var step in order.Steps)
        {
            if (step.AssigneeId is not null && Audience.User(step.AssigneeId) is var name && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        return names.DrainToImmutable();
    }

    // Apart, for it looks at every step.
    private static bool Works(WorkOrder order, Caller caller)
    {
        if (!Permissions.Allows(caller, Permission.SeeWorkOrder, Relation.Assigned))
        {
            return false;
        }

        foreach (var step in order.Steps)
        {
            if (step.AssigneeId == caller.UserId)
            {
                return true;
            }
        }

        return false;
    }
}
