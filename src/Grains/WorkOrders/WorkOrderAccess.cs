using System.Collections.Immutable;

namespace Actors.WorkOrders;

/// <summary>Who may do what with an order. Who may not see it is told that it does not exist.</summary>
internal static class WorkOrderAccess
{
    public static AppException NotFound() =>
        new(ErrorKind.NotFound, "WORK_ORDER_NOT_FOUND", "There is no such work order.");

    /// <summary>The state, for a caller who may see it: owner, assignee of a step, manager of the factory, administrator.</summary>
    public static WorkOrderState Visible(WorkOrderState? state, Caller caller) =>
        state is not null && (Runs(state.Document, caller) || Works(state.Document, caller)) ? state : throw NotFound();

    /// <summary>The state, for a caller who may change it: owner, manager of the factory, administrator.</summary>
    public static WorkOrderState Editable(WorkOrderState? state, Caller caller) =>
        Runs(Visible(state, caller).Document, caller)
            ? state!
            : throw Errors.Forbidden("Only the owner, a manager of the factory or an administrator may do this.");

    /// <summary>Whether the caller runs the order.</summary>
    public static bool Runs(WorkOrder order, Caller caller) =>
        order.OwnerId == caller.UserId || Manages(order, caller);

    /// <summary>Whether the caller stands above the order's owner.</summary>
    public static bool Manages(WorkOrder order, Caller caller) => caller.Role switch
    {
        UserRole.Admin => true,
        UserRole.Manager => caller.FactoryId is not null
            && order.TargetFactoryId == caller.FactoryId,
        _ => false,
    };

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

    private static bool Works(WorkOrder order, Caller caller)
    {
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
