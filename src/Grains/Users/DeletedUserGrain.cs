using Actors.ChangeLog;
using Actors.Storage;

namespace Actors.Users;

/// <summary>Follows one user: when he is gone, accounts at other systems do not lead to him any more. Key: the user's id.</summary>
[ImplicitStreamSubscription(Namespace)]
internal sealed class DeletedUserGrain(ChangeConsumerServices services, Database database, IGrainFactory grains) : ChangeConsumerGrain(services)
{
    private const string Namespace = "users";

    public static readonly ChangeInterest Interest = new(Namespace, UserEvents.Deleted);

    protected override string Consumer => "deleted-users";

    protected override async Task HandleAsync(ChangeEvent change)
    {
        if (change.Kind != UserEvents.Deleted)
        {
            return;
        }

        var userId = this.GetPrimaryKeyString();
        foreach (var id in await database.RowsOf(userId).ListAsync("select id from user_identities where user_id = @user", [("user", userId)], row => row.GetString(0)))
        {
            await grains.GetGrain<IIdentityUpkeep>(id).Unlink(userId);
        }
    }
}
