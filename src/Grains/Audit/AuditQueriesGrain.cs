using Actors.Storage;
using Orleans.Concurrency;

namespace Actors.Audit;

/// <summary>Reads the audit log by SQL. Stateless.</summary>
[StatelessWorker]
internal sealed class AuditQueriesGrain(Database database) : Grain, IAuditQueriesGrain
{
    private static readonly KeysetList<AuditEntry> Entries = new(
        "audit", $"select {AuditRows.Columns} from audit_logs", "at", AuditRows.Read, entry => new(entry.At, entry.Id));

    public Task<Page<AuditEntry>> List(ListAudit query, CancellationToken cancellationToken)
    {
        Permissions.Ensure(Caller.Current!, Permission.SeeAudit, "Only an administrator may read the audit log.");
        Validate(query);
        var filter = new Filter()
            .And("(actor_id = @actor or impersonator_id = @actor)", "actor", query.Actor)
            .And("entity_type = @entity_type", "entity_type", query.EntityType)
            .And("entity_id = @entity_id", "entity_id", query.EntityId)
            .And("action = @action", "action", query.Action)
            .And("at >= @from", "from", query.From?.ToUniversalTime())
            .And("at < @to", "to", query.To?.ToUniversalTime());
        return Entries.ReadAsync(database, filter, query.Cursor, query.Limit, cancellationToken);
    }

    private static void Validate(ListAudit query) => new Validator()
        .Range("limit", query.Limit, 1, PageLimits.MaxSize)
        .OptionalText("actor", query.Actor, Ids.MaxLength)
        .OptionalText("entity", query.EntityType, AuditLimits.EntityType)
        .OptionalText("entity", query.EntityId, Ids.MaxLength)
        .That(query.EntityId is null || query.EntityType is not null, "entity", "must name a type, or a type and an id, e.g. user/42")
        .OptionalText("action", query.Action, AuditLimits.Action)
        .ThrowIfInvalid();
}
