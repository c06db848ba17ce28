using System.Collections.Immutable;
using System.Data.Common;
using Actors.Storage;

namespace Actors.Users;

/// <summary>A login that holds.</summary>
/// <param name="Id">Opaque; the claim <c>sid</c>.</param>
/// <param name="UserId">Whose.</param>
/// <param name="Device">From where.</param>
/// <param name="CreatedAt">When he logged in.</param>
/// <param name="LastSeenAt">When it was last used, as far as it is written.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed.</param>
/// <param name="Generation">Which refresh token is the present one, from 1.</param>
/// <param name="RotatedAt">When that one was made.</param>
internal sealed record SessionState(
    string Id, string UserId, Device Device, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, long Generation, DateTimeOffset RotatedAt)
{
    /// <summary>The administrator who opened it to act as the user; null if the user did.</summary>
    public string? ImpersonatorId { get; init; }

    public static readonly Table<SessionState> Table = new Table<SessionState>("user_sessions")
        .Key("id", s => s.Id)
        .Text("user_id", s => s.UserId)
        .Text("device_name", s => s.Device.Name)
        .Text("user_agent", s => s.Device.UserAgent)
        .Text("ip", s => s.Device.Ip)
        .Timestamp("created_at", s => s.CreatedAt)
        .Timestamp("last_seen_at", s => s.LastSeenAt)
        .Timestamp("expires_at", s => s.ExpiresAt)
        .Integer("generation", s => s.Generation)
        .Timestamp("rotated_at", s => s.RotatedAt)
        .Text("impersonator_id", s => s.ImpersonatorId);

    /// <summary>The columns that <see cref="Read"/> reads, of the table as <c>s</c>.</summary>
    public const string Columns =
        "s.id, s.user_id, s.device_name, s.user_agent, s.ip, s.created_at, s.last_seen_at, s.expires_at, s.generation, s.rotated_at, s.impersonator_id";

    /// <summary>Reads a session from the columns beginning at <paramref name="first"/>; null if there is none (outer join).</summary>
    public static SessionState? Read(DbDataReader row, int first) => row.IsDBNull(first) ? null : new(
        row.GetString(first),
        row.GetString(first + 1),
        new Device(row.GetNullableString(first + 2), row.GetNullableString(first + 3), row.GetNullableString(first + 4)),
        row.GetTimestamp(first + 5),
        row.GetTimestamp(first + 6),
        row.GetTimestamp(first + 7),
        row.GetInt64(first + 8),
        row.GetTimestamp(first + 9))
    {
        ImpersonatorId = row.GetNullableString(first + 10),
    };

    /// <summary>The rows in which two versions of a user's sessions differ.</summary>
    public static ImmutableArray<RowChange> Changes(ImmutableArray<SessionState> before, ImmutableArray<SessionState> after)
    {
        if (before == after)
        {
            return [];
        }

        var known = before.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var changes = ImmutableArray.CreateBuilder<RowChange>();
        foreach (var session in after)
        {
            if (!known.Remove(session.Id, out var present))
            {
                changes.Add(Table.Insert(session));
            }
            else if (present != session)
            {
                changes.Add(Table.Update(session));
            }
        }

        changes.AddRange(known.Values.Select(Table.Delete));
        return changes.DrainToImmutable();
    }
}
