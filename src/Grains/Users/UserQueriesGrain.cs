using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>Finds users by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class UserQueriesGrain(Database database) : Grain, IUserQueriesGrain
{
    public Task<string?> FindByEmail(string email) => database.FirstAsync(
        "select id from users where email = @email",
        [("email", UserRules.NormalizeEmail(email))],
        row => row.GetString(0));
}
