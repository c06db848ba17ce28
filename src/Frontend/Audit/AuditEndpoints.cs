using System.Collections.Immutable;
using Actors.Infrastructure.Http;
using Actors.Users;
using Microsoft.AspNetCore.Mvc;

namespace Actors.Audit;

/// <summary>The audit log over HTTP.</summary>
internal static class AuditEndpoints
{
    /// <summary>Maps <c>/admin/audit</c>.</summary>
    public static void MapAudit(this RouteGroupBuilder api) => api.MapGroup("/admin").WithTags("Admin").MapGet("/audit", List)
        .AllowServices().Describe("listAudit", "Who did what, the newest first (administrators)");

    private static async Task<Answer<ImmutableArray<AuditEntry>>> List(
        [AsParameters] ListAuditRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var query = request.ToQuery();
        return Answers.Rows(await grains.GetGrain<IAuditQueriesGrain>(0).List(query, cancellationToken), query.Limit);
    }
}

/// <summary>The query of the audit log, as text: what is wrong with it is told field by field.</summary>
internal sealed record ListAuditRequest(
    [FromQuery(Name = "actor")] string? Actor,
    [FromQuery(Name = "entity")] string? Entity,
    [FromQuery(Name = "action")] string? Action,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "to")] string? To,
    [FromQuery(Name = "cursor")] string? Cursor,
    [FromQuery(Name = "limit")] string? Limit)
{
    public ListAudit ToQuery()
    {
        var fields = new QueryFields();
        // "user" or "user/42"; a slash in the id is its own.
        var entity = fields.Text("entity", Entity, AuditLimits.EntityType + 1 + Ids.MaxLength)?.Split('/', 2);
        var query = new ListAudit
        {
            Actor = fields.Id("actor", Actor),
            EntityType = entity?[0],
            EntityId = entity?.Length == 2 ? entity[1] : null,
            Action = fields.Text("action", Action, AuditLimits.Action),
            From = fields.Time("from", From),
            To = fields.Time("to", To),
            Cursor = fields.Text("cursor", Cursor, AuditLimits.Cursor),
            Limit = fields.Limit(Limit),
        };
        fields.Check();
        return query;
    }
}
