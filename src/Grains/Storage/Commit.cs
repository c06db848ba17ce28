using System.Collections.Immutable;

namespace Actors.Storage;

/// <summary>What is done to a row.</summary>
public enum RowOperation
{
    /// <summary>A new row; a taken key is a violation.</summary>
    Insert,

    /// <summary>Every column of the row with that key.</summary>
    Update,

    /// <summary>Insert, or update if the key is there.</summary>
    Upsert,

    /// <summary>The row with that key goes.</summary>
    Delete,
}

/// <summary>A change of one row.</summary>
/// <param name="Table">Where.</param>
/// <param name="Operation">What.</param>
/// <param name="Row">The row; of the table's row type.</param>
public readonly record struct RowChange(Table Table, RowOperation Operation, object Row);

/// <summary>
/// One atomic change of one entity: its root row (fenced by its version), any other rows of its own, and the idempotency
/// record of the command. All of it is written, or nothing.
/// </summary>
/// <remarks>
/// The root table's first key column is <c>id</c>, and it has an integer column <c>version</c>; its row carries
/// <see cref="ExpectedVersion"/> + 1. No other entity may ever write the same rows: commits of different entities share
/// transactions, in any order.
/// </remarks>
public sealed record Commit
{
    /// <summary>The entity's id: the key of its root row.</summary>
    public required string Id { get; init; }

    /// <summary>The root row: insert when <see cref="ExpectedVersion"/> is 0, else update or delete.</summary>
    public required RowChange Root { get; init; }

    /// <summary>The version the root row must have now; 0 if it must not exist.</summary>
    public required long ExpectedVersion { get; init; }

    /// <summary>The other rows, written only if the root was.</summary>
    public ImmutableArray<RowChange> Rows { get; init; } = [];

    /// <summary>If given, and a record with the same key is stored already, the outcome is a conflict.</summary>
    public IdempotencyRecord? Idempotency { get; init; }
}

/// <summary>Proof that a command was carried out, kept with its effect.</summary>
/// <param name="Resource">The entity, as its topic.</param>
/// <param name="CallerId">Who commanded.</param>
/// <param name="Key">The command's key.</param>
/// <param name="RequestHash">Hash of the whole request.</param>
/// <param name="Answer">The serialized answer.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record IdempotencyRecord(
    string Resource, string CallerId, string Key, string RequestHash, byte[] Answer, DateTimeOffset CreatedAt)
{
    /// <summary>The table of these records; the same on every provider.</summary>
    public static readonly Table<IdempotencyRecord> Table = new Table<IdempotencyRecord>("idempotency_keys")
        .Key("resource", r => r.Resource)
        .Key("caller_id", r => r.CallerId)
        .Key("key", r => r.Key)
        .Text("request_hash", r => r.RequestHash)
        .Bytes("answer", r => r.Answer)
        .Timestamp("created_at", r => r.CreatedAt);
}

/// <summary>How a commit ended.</summary>
public enum CommitStatus
{
    /// <summary>Durable.</summary>
    Committed,

    /// <summary>Nothing written: the root has another version, or the idempotency key is known.</summary>
    Conflict,

    /// <summary>Nothing written: a constraint refused it, or the database could not hold a value.</summary>
    Violation,

    /// <summary>Nothing written: the store is down or overloaded. The entity's memory still holds the truth.</summary>
    NotWritten,

    /// <summary>Written or not, nobody knows: the entity must forget its memory.</summary>
    Unknown,
}

/// <summary>How a commit ended.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Constraint">
/// The constraint that refused it, as PostgreSQL names it by default, e.g. <c>users_email_key</c>; null for a value that
/// the database cannot hold.
/// </param>
public readonly record struct CommitOutcome(CommitStatus Status, string? Constraint = null)
{
    public static readonly CommitOutcome Committed = new(CommitStatus.Committed);
    public static readonly CommitOutcome Conflict = new(CommitStatus.Conflict);
    public static readonly CommitOutcome NotWritten = new(CommitStatus.NotWritten);
    public static readonly CommitOutcome Unknown = new(CommitStatus.Unknown);
}

/// <summary>Writes commits. Commits of many entities gather into one transaction; none of them sees that.</summary>
public interface ICommitStore
{
    /// <summary>
    /// Writes <paramref name="commit"/>. Expected failures are outcomes, not exceptions. Cannot be cancelled: once queued, the
    /// outcome is what matters.
    /// </summary>
    Task<CommitOutcome> CommitAsync(Commit commit);
}
