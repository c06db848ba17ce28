using System.Text.Json.Nodes;

namespace Actors.Audit;

/// <summary>What a rule wants written down about its change; who, when and from where is known besides.</summary>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
/// <param name="EntityType">One of <see cref="AuditEntities"/>.</param>
/// <param name="Changes">As <see cref="AuditChanges"/> writes it.</param>
internal sealed record AuditNote(string Action, string EntityType, string Changes = AuditChanges.None)
{
    /// <summary>Who did it, if that is not who calls: the system opens a session for a user who proved himself.</summary>
    public AuditActor? Actor { get; init; }
}

/// <summary>Who did something.</summary>
/// <param name="Id">His id; null for nobody known.</param>
/// <param name="Type">What kind of caller he is.</param>
/// <param name="ImpersonatorId">Who acts as him.</param>
internal readonly record struct AuditActor(string? Id, PrincipalType Type, string? ImpersonatorId = null)
{
    /// <summary>Nobody known.</summary>
    public static readonly AuditActor Nobody = new(null, PrincipalType.Anonymous);

    public static AuditActor User(string id) => new(id, PrincipalType.User);

    public static AuditActor Of(Caller caller) => new(caller.UserId, caller.Type, caller.ImpersonatorId);
}

/// <summary>Writes before and after, field by field. Never a secret, nor what stands for one.</summary>
internal static class AuditChanges
{
    /// <summary>No field.</summary>
    public const string None = "{}";

    /// <summary>The fields that differ, as JSON.</summary>
    public static string Of(params ReadOnlySpan<(string Field, JsonNode? Before, JsonNode? After)> fields)
    {
        var changes = new JsonObject();
        foreach (var (field, before, after) in fields)
        {
            if (!JsonNode.DeepEquals(before, after))
            {
                changes[field] = new JsonObject { ["before"] = before, ["after"] = after };
            }
        }

        return changes.ToJsonString();
    }
}
