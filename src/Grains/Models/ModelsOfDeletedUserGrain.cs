using Actors.ChangeLog;
using Actors.Generation;
using Actors.Storage;
using Actors.Users;

namespace Actors.Models;

/// <summary>Follows one user: when he is gone, his tasks and models go too. What he said of others' models stays counted. Key: the user's id.</summary>
[ImplicitStreamSubscription(Namespace)]
internal sealed class ModelsOfDeletedUserGrain(ChangeConsumerServices services, Database database, IGrainFactory grains) : ChangeConsumerGrain(services)
{
    private const string Namespace = "users";
    private const int PageRows = 100;

    public static readonly ChangeInterest Interest = new(Namespace, UserEvents.Deleted);

    protected override string Consumer => "models-of-deleted-users";

    protected override async Task HandleAsync(ChangeEvent change)
    {
        if (change.Kind == UserEvents.Deleted)
        {
            await DeleteAllAsync("generation_requests", id => grains.GetGrain<IGenerationGrain>(id).Delete(expectedVersion: null));
            await DeleteAllAsync("models", async id =>
            {
                await grains.GetGrain<IModelUpkeep>(id).Abandon(); // one that is just being taken in
                await grains.GetGrain<IModelGrain>(id).Delete(expectedVersion: null);
            });
        }
    }

    private async Task DeleteAllAsync(string table, Func<string, Task> delete)
    {
        var (user, last) = (this.GetPrimaryKeyString(), "");
        while (true)
        {
            var ids = await database.RowsOf(user).ListAsync(
                $"select id from {table} where user_id = @user and id > @last order by id limit @limit",
                [("user", user), ("last", last), ("limit", PageRows)],
                row => row.GetString(0));
            await Task.WhenAll(ids.Select(DeleteAsync));
            if (ids.Length < PageRows)
            {
                return;
            }

            last = ids[^1];
        }

        async Task DeleteAsync(string id)
        {
            try
            {
                await delete(id);
            }
            catch (AppException gone) when (gone.Kind == ErrorKind.NotFound)
            {
                // Before.
            }
        }
    }
}
