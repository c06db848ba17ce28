using Actors.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using static Actors.Infrastructure.Http.Shape;

namespace Actors.Users;

/// <summary>Changes what a user may do; what is absent stays.</summary>
internal sealed record AdministerUserRequest
{
    /// <summary>What he pays for.</summary>
    public Optional<UserTier?> Tier { get; init; }

    /// <summary>What he may do.</summary>
    public Optional<UserRole?> Role { get; init; }

    /// <summary>The factory he belongs to, which a manager needs; null for none.</summary>
    public Optional<string?> FactoryId { get; init; }

    /// <summary>Whether he is kept out.</summary>
    public Optional<bool?> Locked { get; init; }

    public AdministerUser ToCommand(long? expectedVersion) => new()
    {
        ExpectedVersion = expectedVersion,
        Tier = NotCleared(Tier, "tier"),
        Role = NotCleared(Role, "role"),
        FactoryId = FactoryId,
        Locked = NotCleared(Locked, "locked"),
    };
}

/// <summary>The query of a list of users, as text: what is wrong with it is told field by field.</summary>
internal sealed record ListUsersRequest(
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "tier")] string? Tier,
    [FromQuery(Name = "role")] string? Role,
    [FromQuery(Name = "locked")] string? Locked,
    [FromQuery(Name = "cursor")] string? Cursor,
    [FromQuery(Name = "limit")] string? Limit)
{
    public ListUsers ToQuery()
    {
        var fields = new QueryFields();
        var query = new ListUsers
        {
            Search = fields.Text("q", Q, UserLimits.Search),
            Tier = fields.One<UserTier>("tier", Tier),
            Role = fields.One<UserRole>("role", Role),
            Locked = fields.Flag("locked", Locked),
            Cursor = fields.Text("cursor", Cursor, UserLimits.Cursor),
            Limit = fields.Limit(Limit),
        };
        fields.Check();
        return query;
    }
}
