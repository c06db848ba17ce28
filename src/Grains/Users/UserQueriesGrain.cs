using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>Finds users by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class UserQueriesGrain(Database database) : Grain, IUserQueriesGrain
{
    // Whose address it is, is the question.
    public Task<string?> FindByEmail(string email) => database.RowsOfAllUsers().FirstAsync(
        "select id from users where email = @email",
        [("email", UserRules.NormalizeEmail(email))],
        row => row.GetString(0));
}
