using System.Data.Common;
using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Users;

/// <summary>Finds users by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class UserQueriesGrain(Database database) : Grain, IUserQueriesGrain
{
    private static readonly KeysetList<AdminUser> Users = new(
        "users",
        "select id, email, email_verified_at, username, tier, role, factory_id, locked, created_at, updated_at from (select * from users where deleted_at is null) u",
        "created_at",
        Read,
        user => new(user.CreatedAt, user.Id));

    // Whose address it is, is the question.
    public Task<string?> FindByEmail(string email) => database.RowsOfAllUsers().FirstAsync(
        "select id from users where email = @email",
        [("email", UserRules.NormalizeEmail(email))],
        row => row.GetString(0));

    public Task<Page<AdminUser>> List(ListUsers query, CancellationToken cancellationToken)
    {
        Permissions.Ensure(Caller.Current!, Permission.ListUsers, "Only an administrator may list users.");
        new Validator()
            .Range("limit", query.Limit, 1, PageLimits.MaxSize)
            .OptionalText("q", query.Search, UserLimits.Search)
            .That(query.Tier is not { } tier || Enum.IsDefined(tier), "tier", "is unknown")
            .That(query.Role is not { } role || Enum.IsDefined(role), "role", "is unknown")
            .ThrowIfInvalid();
        var filter = new Filter()
            .And(@"(email like lower(@search) escape '\' or lower(username) like lower(@search) escape '\')", "search", Filter.Containing(query.Search))
            .And("tier = @tier", "tier", query.Tier is { } wanted ? WireName.Of(wanted) : null)
            .And("role = @role", "role", query.Role is { } asked ? WireName.Of(asked) : null)
            .And("locked = @locked", "locked", query.Locked);
        return Users.ReadAsync(database.RowsOfAllUsers(), filter, query.Cursor, query.Limit, cancellationToken);
    }

    private static AdminUser Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Email = row.GetString(1),
        EmailVerified = !row.IsDBNull(2),
        Username = row.GetNullableString(3),
        Tier = WireName.Parse<UserTier>(row.GetString(4)),
        Role = WireName.Parse<UserRole>(row.GetString(5)),
        FactoryId = row.GetNullableString(6),
        Locked = row.GetBoolean(7),
        CreatedAt = row.GetTimestamp(8),
        UpdatedAt = row.GetTimestamp(9),
    };
}
