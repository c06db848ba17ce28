using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.Users;

/// <summary>A code that was sent: a row of its own, fenced by its version, so that no try is forgotten.</summary>
internal sealed record EmailCode(
    string Id, string Email, string CodeHash, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, long Version)
{
    public static readonly Table<EmailCode> Table = new Table<EmailCode>("email_verification_codes")
        .Key("id", c => c.Id)
        .Integer("version", c => c.Version)
        .Text("email", c => c.Email)
        .Text("code", c => c.CodeHash)
        .Timestamp("expires_at", c => c.ExpiresAt)
        .Timestamp("verified_at", c => c.VerifiedAt)
        .Timestamp("created_at", c => c.CreatedAt)
        .Text("user_id", c => c.UserId)
        .Integer("attempts", c => c.Attempts);

    /// <summary>When it was used.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>Who he is that used it.</summary>
    public string? UserId { get; init; }

    /// <summary>How often it was tried in vain.</summary>
    public long Attempts { get; init; }

    /// <summary>The last codes of an address, the newest first.</summary>
    // A code is sent before anybody knows whose address it is.
    public static Task<ImmutableArray<EmailCode>> ListAsync(Database database, string email, int limit) => database.RowsOfAllUsers().ListAsync(
        """
        select id, email, code, created_at, expires_at, version, verified_at, user_id, attempts
        from email_verification_codes where email = @email order by created_at desc, id desc limit @limit
        """,
        [("email", email), ("limit", limit)],
        row => new EmailCode(row.GetString(0), row.GetString(1), row.GetString(2), row.GetTimestamp(3), row.GetTimestamp(4), row.GetInt64(5))
        {
            VerifiedAt = row.GetNullableTimestamp(6),
            UserId = row.GetNullableString(7),
            Attempts = row.GetInt64(8),
        });
}
