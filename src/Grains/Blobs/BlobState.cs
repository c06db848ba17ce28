using Actors.Storage;

namespace Actors.Blobs;

/// <summary>What the grain of a blob remembers.</summary>
/// <param name="Document">The blob.</param>
/// <param name="DeletedAt">When it went.</param>
/// <param name="EndReason">Code of the refusal that ended it.</param>
/// <param name="Version">Fences the row.</param>
/// <param name="PartsId">Names its put in parts in the store; null if nobody asked for one.</param>
internal sealed record BlobState(Blob Document, DateTimeOffset? DeletedAt, string? EndReason, long Version, string? PartsId = null) : IEntityState
{
    public static readonly Table<BlobState> Table = new Table<BlobState>("blobs")
        .Key("id", s => s.Document.Id)
        .Integer("version", s => s.Version)
        .Text("key", s => s.Document.Key)
        .Text("owner_id", s => s.Document.OwnerId)
        .Text("purpose", s => WireName.Of(s.Document.Purpose))
        .Text("content_type", s => s.Document.ContentType)
        .Integer("size", s => s.Document.Size)
        .Text("sha256", s => s.Document.Sha256)
        .Text("file_name", s => s.Document.FileName)
        .Text("status", s => WireName.Of(s.Document.Status))
        .Timestamp("created_at", s => s.Document.CreatedAt)
        .Timestamp("expires_at", s => s.Document.ExpiresAt)
        .Timestamp("stored_at", s => s.Document.StoredAt)
        .Timestamp("deleted_at", s => s.DeletedAt)
        .Text("end_reason", s => s.EndReason)
        .Text("parts_id", s => s.PartsId);

    // Of all users: whose it is stands in the row, and the rules ask.
    public static Task<BlobState?> LoadAsync(Database database, string id, CancellationToken cancellationToken) => database.RowsOfAllUsers().FirstAsync(
        """
        select version, key, owner_id, purpose, content_type, size, sha256, file_name, status, created_at, expires_at, stored_at, deleted_at, end_reason,
            parts_id
        from blobs where id = @id
        """,
        [("id", id)],
        row => new BlobState(
            new Blob
            {
                Id = id,
                Key = row.GetString(1),
                OwnerId = row.GetString(2),
                Purpose = WireName.Parse<BlobPurpose>(row.GetString(3)),
                ContentType = row.GetString(4),
                Size = row.GetInt64(5),
                Sha256 = row.GetNullableString(6),
                FileName = row.GetNullableString(7),
                Status = WireName.Parse<BlobStatus>(row.GetString(8)),
                CreatedAt = row.GetTimestamp(9),
                ExpiresAt = row.GetNullableTimestamp(10),
                StoredAt = row.GetNullableTimestamp(11),
            },
            row.GetNullableTimestamp(12),
            row.GetNullableString(13),
            row.GetInt64(0),
            row.GetNullableString(14)),
        cancellationToken);
}
