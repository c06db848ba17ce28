using System.Collections.Immutable;
using Actors.Storage;

namespace Actors.Users;

/// <summary>What the grain of a user remembers.</summary>
internal sealed record UserState(User User, string PasswordHash, long Version) : IEntityState
{
    /// <summary>The sessions that were opened and not ended, the oldest first.</summary>
    public ImmutableArray<SessionState> Sessions { get; init; } = [];

    /// <summary>How he appears on the web; null if he never said.</summary>
    public WebProfile? Web { get; init; }

    /// <summary>The second factor of his login; null if there is none.</summary>
    public TwoFactorState? TwoFactor { get; init; }

    public static readonly Table<UserState> Table = new Table<UserState>("users")
        .Key("id", s => s.User.Id)
        .Integer("version", s => s.Version)
        .Text("email", s => s.User.Email)
        .Text("password_hash", s => s.PasswordHash)
        .Text("username", s => s.User.Username)
        .Text("tier", s => WireName.Of(s.User.Tier))
        .Text("role", s => WireName.Of(s.User.Role))
        .Text("factory_id", s => s.User.FactoryId)
        .Timestamp("created_at", s => s.User.CreatedAt)
        .Timestamp("updated_at", s => s.User.UpdatedAt)
        .Timestamp("email_verified_at", s => s.EmailVerifiedAt)
        .Timestamp("credentials_changed_at", s => s.CredentialsChangedAt)
        .Text("name", s => s.User.Name)
        .Text("avatar", s => s.User.Avatar)
        .Timestamp("last_login_at", s => s.User.LastLoginAt)
        .Timestamp("deleted_at", s => s.DeletedAt)
        .Boolean("locked", s => s.Locked);

    /// <summary>When the user proved that the address is his; null if he did not yet.</summary>
    public DateTimeOffset? EmailVerifiedAt { get; init; }

    /// <summary>When his password was last set, changed or taken away: a challenge for a second factor from before does not hold. Null: never.</summary>
    public DateTimeOffset? CredentialsChangedAt { get; init; }

    /// <summary>Whether an administrator keeps him out: he has no sessions and gets none.</summary>
    public bool Locked { get; init; }

    /// <summary>When he deleted his account; null as long as he has one.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    private const int FirstOfProfile = 17;

    public static async Task<UserState?> LoadAsync(Database database, string id, CancellationToken cancellationToken)
    {
        var (root, sessions) = await database.RowsOf(id).AggregateAsync(
            $"""
            select u.id, u.version, u.email, u.password_hash, u.username, u.tier, u.role, u.factory_id, u.created_at, u.updated_at,
                   u.email_verified_at, u.credentials_changed_at, u.name, u.avatar, u.last_login_at, u.deleted_at, u.locked,
                   {ProfileRow.Columns},
                   {TwoFactorState.Columns},
                   {SessionState.Columns}
            from users u
            left join user_web_profile p on p.user_ai_id = u.id
            left join user_two_factor t on t.user_id = u.id
            left join user_sessions s on s.user_id = u.id
            where u.id = @id order by s.created_at, s.id
            """,
            [("id", id)],
            row => new UserState(
                new User
                {
                    Id = row.GetString(0),
                    Email = row.GetString(2),
                    Username = row.GetNullableString(4),
                    Tier = WireName.Parse<UserTier>(row.GetString(5)),
                    Role = WireName.Parse<UserRole>(row.GetString(6)),
                    FactoryId = row.GetNullableString(7),
                    CreatedAt = row.GetTimestamp(8),
                    UpdatedAt = row.GetTimestamp(9),
                    Name = row.GetNullableString(12),
                    Avatar = row.GetNullableString(13),
                    LastLoginAt = row.GetNullableTimestamp(14),
                },
                row.GetNullableString(3) ?? "",
                row.GetInt64(1))
            {
                EmailVerifiedAt = row.GetNullableTimestamp(10),
                CredentialsChangedAt = row.GetNullableTimestamp(11),
                DeletedAt = row.GetNullableTimestamp(15),
                Locked = row.GetBoolean(16),
                Web = ProfileRow.Read(row, FirstOfProfile),
                TwoFactor = TwoFactorState.Read(row, FirstOfProfile + ProfileRow.Width),
            },
            row => SessionState.Read(row, FirstOfProfile + ProfileRow.Width + TwoFactorState.Width),
            cancellationToken);
        return root is null ? null : root with { Sessions = sessions };
    }
}
