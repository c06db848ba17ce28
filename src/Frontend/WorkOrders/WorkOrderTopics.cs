using Actors.Live;

namespace Actors.WorkOrders;

/// <summary>What the live feed has to know of work orders.</summary>
internal static class WorkOrderTopics
{
    /// <summary>The topics <c>work-orders/{id}</c> and <c>work-orders</c>.</summary>
    public static EntityTopic Topic { get; } = new()
    {
        Name = "work-orders",
        Grain = (grains, id) => grains.GetGrain<IWorkOrderGrain>(id),
        Snapshot = async (grains, id, json, _) => json.Text(await grains.GetGrain<IWorkOrderGrain>(id).Get()),
        HasList = true,
        LastKind = WorkOrderEvents.Deleted,
    };
}
