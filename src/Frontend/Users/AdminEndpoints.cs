using System.Collections.Immutable;
using Actors.Infrastructure.Http;

namespace Actors.Users;

/// <summary>What administrators do to users, over HTTP.</summary>
internal static class AdminEndpoints
{
    /// <summary>Maps <c>/admin/users</c>.</summary>
    public static void MapAdmin(this RouteGroupBuilder api)
    {
        var users = api.MapGroup("/admin/users").WithTags("Admin").AllowServices();
        users.MapGet("/", List).Describe("listUsers", "Users, the newest first (administrators)");
        users.MapGet("/{id}", Get).Describe("inspectUser", "A user as administrators see him");
        users.MapPatch("/{id}", Change).Describe("administerUser", "Change a user's tier, role, factory and lock (administrators); a lock ends his sessions");
        users.MapPost("/{id}/impersonate", Impersonate)
            .Describe("impersonateUser", "Act as a user for 15 minutes (administrators); everything that it changes names the administrator in the audit log");
    }

    private static async Task<Answer<ImmutableArray<AdminUser>>> List(
        [AsParameters] ListUsersRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IUserQueriesGrain>(0).List(query, cancellationToken), query.Limit);
    }

    private static async Task<Answer<AdminUser>> Get(string id, IGrainFactory grains) => Of(await grains.GetGrain<IUserGrain>(id).Inspect());

    private static async Task<Answer<AdminUser>> Change(string id, AdministerUserRequest body, ExpectedVersion version, IGrainFactory grains) =>
        Of(await grains.GetGrain<IUserGrain>(id).Administer(body.ToCommand(version.Value)));

    private static async Task<Answer<Impersonation>> Impersonate(string id, IGrainFactory grains) =>
        Answers.Ok(await grains.GetGrain<IUserGrain>(id).Impersonate());

    private static Answer<AdminUser> Of(AdminUser user) => new(user, user.Version);
}
