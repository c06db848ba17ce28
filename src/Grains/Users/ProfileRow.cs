using System.Collections.Immutable;
using System.Data.Common;
using Actors.Storage;

namespace Actors.Users;

/// <summary>A profile as a row beside its user's.</summary>
internal sealed record ProfileRow(string UserId, WebProfile Web)
{
    public static readonly Table<ProfileRow> Table = new Table<ProfileRow>("user_web_profile")
        .Key("user_ai_id", r => r.UserId)
        .Text("display_name", r => r.Web.DisplayName)
        .Text("avatar_url", r => r.Web.AvatarUrl)
        .Text("role", r => r.Web.Role)
        .Json("preferences", r => r.Web.Preferences)
        .Timestamp("created_at", r => r.Web.CreatedAt)
        .Timestamp("updated_at", r => r.Web.UpdatedAt);

    /// <summary>
    /// The columns that <see cref="Read"/> reads, of the table as <c>p</c>, joined with the sessions as <c>s</c>: the preferences come with the
    /// first row alone, for they may be large.
    /// </summary>
    public const string Columns =
        """
        p.user_ai_id, p.display_name, p.avatar_url, p.role,
        case when row_number() over (order by s.created_at, s.id) = 1 then p.preferences end, p.created_at, p.updated_at
        """;

    /// <summary>How many <see cref="Columns"/> are.</summary>
    public const int Width = 7;

    /// <summary>Reads a profile from the columns beginning at <paramref name="first"/>; null if there is none (outer join).</summary>
    public static WebProfile? Read(DbDataReader row, int first) => row.IsDBNull(first) ? null : new WebProfile
    {
        DisplayName = row.GetNullableString(first + 1),
        AvatarUrl = row.GetNullableString(first + 2),
        Role = row.GetNullableString(first + 3),
        Preferences = row.GetNullableString(first + 4),
        CreatedAt = row.GetTimestamp(first + 5),
        UpdatedAt = row.GetTimestamp(first + 6),
    };

    /// <summary>The row in which two versions of a user's profile differ, if they do.</summary>
    public static ImmutableArray<RowChange> Changes(string userId, WebProfile? before, WebProfile? after) => (before, after) switch
    {
        _ when before == after => [],
        (null, { } made) => [Table.Insert(new(userId, made))],
        ({ } gone, null) => [Table.Delete(new(userId, gone))],
        (_, { } changed) => [Table.Update(new(userId, changed))],
        _ => [],
    };
}
