using System.Collections.Immutable;
using System.Data.Common;
using Actors.Storage;

namespace Actors.Audit;

/// <summary>The rows of the audit log.</summary>
internal static class AuditRows
{
    public static readonly Table<AuditEntry> Table = new Table<AuditEntry>("audit_logs")
        .Key("id", e => e.Id)
        .Integer("version", _ => 1)
        .Timestamp("at", e => e.At)
        .Text("actor_id", e => e.ActorId)
        .Text("actor_type", e => WireName.Of(e.ActorType))
        .Text("impersonator_id", e => e.ImpersonatorId)
        .Text("ip", e => e.Ip)
        .Text("action", e => e.Action)
        .Text("entity_type", e => e.EntityType)
        .Text("entity_id", e => e.EntityId)
        .Json("changes", e => e.Changes)
        .Text("request_id", e => e.RequestId);

    private static int _count;

    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns =
        "id, at, actor_id, actor_type, impersonator_id, ip, action, entity_type, entity_id, changes, request_id";

    /// <summary>The row that tells of the present call. Without a caller a user made himself known: then he is the entity.</summary>
    public static RowChange Insert(AuditNote note, string entityId, DateTimeOffset at) => Table.Insert(Write(note, entityId, at));

    /// <inheritdoc cref="Insert"/>
    public static AuditEntry Write(AuditNote note, string entityId, DateTimeOffset at)
    {
        var actor = note.Actor ?? (Caller.Current is { } caller ? AuditActor.Of(caller) : AuditActor.User(entityId));
        var origin = CallOrigin.Current;
        return new AuditEntry
        {
            Id = NewId(at),
            At = at,
            ActorId = actor.Id,
            ActorType = actor.Type,
            ImpersonatorId = actor.ImpersonatorId,
            Ip = origin?.Ip,
            Action = note.Action,
            EntityType = note.EntityType,
            EntityId = entityId,
            Changes = note.Changes,
            RequestId = origin?.RequestId,
        };
    }

    /// <summary>Writes entries that ride with nothing else; durable once this returns. 503 if that is not possible.</summary>
    public static async Task AppendAsync(ICommitStore store, ImmutableArray<AuditEntry> entries)
    {
        var outcome = await store.CommitAsync(new Commit
        {
            Id = entries[0].Id,
            ExpectedVersion = 0,
            Root = Table.Insert(entries[0]),
            Rows = [.. entries.Skip(1).Select(Table.Insert)],
        });
        if (outcome.Status != CommitStatus.Committed)
        {
            throw Errors.Unavailable("This could not be written down; try again.");
        }
    }

    public static AuditEntry Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        At = row.GetTimestamp(1),
        ActorId = row.GetNullableString(2),
        ActorType = WireName.Parse<PrincipalType>(row.GetString(3)),
        ImpersonatorId = row.GetNullableString(4),
        Ip = row.GetNullableString(5),
        Action = row.GetString(6),
        EntityType = row.GetString(7),
        EntityId = row.GetString(8),
        Changes = row.GetString(9),
        RequestId = row.GetNullableString(10),
    };

    // A UUIDv7 with a count in place of its first random bits (RFC 9562, 6.2, method 1): entries of one millisecond read in their order.
    private static string NewId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(at).TryWriteBytes(bytes, bigEndian: true, out _);
        var count = Interlocked.Increment(ref _count);
        (bytes[6], bytes[7]) = ((byte)(0x70 | ((count >> 8) & 0x0F)), (byte)count);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
