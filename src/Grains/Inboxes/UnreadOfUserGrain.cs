using Actors.ChangeLog;
using Actors.Storage;
using Actors.Users;

namespace Actors.Inboxes;

/// <summary>
/// Follows one user: with another role or factory he sees other orders, so those whose chat he has read are counted anew. Key: the
/// user's id.
/// </summary>
[ImplicitStreamSubscription(Namespace)]
internal sealed class UnreadOfUserGrain(ChangeConsumerServices services, Database database, IGrainFactory grains)
    : ChangeConsumerGrain(services)
{
    private const string Namespace = "users";

    public static readonly ChangeInterest Interest = new(Namespace, UserEvents.AccessChanged);

    protected override string Consumer => "inboxes";

    protected override async Task HandleAsync(ChangeEvent change)
    {
        if (change.Kind != UserEvents.AccessChanged)
        {
            return;
        }

        var userId = this.GetPrimaryKeyString();
        var inbox = grains.GetGrain<IInboxUpdates>(userId);
        var orders = await InboxRows.ListReadOrdersAsync(database, userId, after: "", IInboxUpdates.RecountAtOnce);
        while (!orders.IsEmpty)
        {
            await inbox.Recount(orders);
            orders = await InboxRows.ListReadOrdersAsync(database, userId, orders[^1], IInboxUpdates.RecountAtOnce);
        }
    }
}
