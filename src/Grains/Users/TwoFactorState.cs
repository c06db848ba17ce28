using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Actors.Storage;

namespace Actors.Users;

/// <summary>The second factor of a user's login.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Secret">Encrypted.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ConfirmedAt">Since when logins ask for it; null before.</param>
/// <param name="LastStep">The time step of the last code.</param>
/// <param name="RecoveryHashes">Hashes of the recovery codes that are left, as a JSON array.</param>
internal sealed record TwoFactorState(
    string UserId, string Secret, DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt, long LastStep, string RecoveryHashes)
{
    public const string NoHashes = "[]";

    public static readonly Table<TwoFactorState> Table = new Table<TwoFactorState>("user_two_factor")
        .Key("user_id", t => t.UserId)
        .Text("secret", t => t.Secret)
        .Timestamp("created_at", t => t.CreatedAt)
        .Timestamp("confirmed_at", t => t.ConfirmedAt)
        .Integer("last_step", t => t.LastStep)
        .Json("recovery_codes", t => t.RecoveryHashes);

    /// <summary>The columns that <see cref="Read"/> reads, of the table as <c>t</c>.</summary>
    public const string Columns = "t.user_id, t.secret, t.created_at, t.confirmed_at, t.last_step, t.recovery_codes";

    /// <summary>How many <see cref="Columns"/> are.</summary>
    public const int Width = 6;

    /// <summary>The hashes one by one.</summary>
    public ImmutableArray<string> Hashes => JsonSerializer.Deserialize<ImmutableArray<string>>(RecoveryHashes);

    /// <summary>Reads it from the columns beginning at <paramref name="first"/>; null if there is none (outer join).</summary>
    public static TwoFactorState? Read(DbDataReader row, int first) => row.IsDBNull(first) ? null : new(
        row.GetString(first),
        row.GetString(first + 1),
        row.GetTimestamp(first + 2),
        row.GetNullableTimestamp(first + 3),
        row.GetInt64(first + 4),
        row.GetString(first + 5));

    /// <summary>The row in which two versions differ, if they do.</summary>
    public static ImmutableArray<RowChange> Changes(TwoFactorState? before, TwoFactorState? after) => (before, after) switch
    {
        _ when before == after => [],
        (null, { } made) => [Table.Insert(made)],
        ({ } gone, null) => [Table.Delete(gone)],
        (_, { } changed) => [Table.Update(changed)],
        _ => [],
    };
}
