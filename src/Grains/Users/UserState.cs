using Actors.Storage;

namespace Actors.Users;

/// <summary>What the grain of a user remembers.</summary>
internal sealed record UserState(User User, string PasswordHash, long Version) : IEntityState
{
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
        .Timestamp("credentials_changed_at", s => s.CredentialsChangedAt);

    /// <summary>When the user proved that the address is his; null if he did not yet.</summary>
    public DateTimeOffset? EmailVerifiedAt { get; init; }

    /// <summary>When his password was last set, changed or taken away: a session opened before does not hold. Null: never.</summary>
    public DateTimeOffset? CredentialsChangedAt { get; init; }

    public static Task<UserState?> LoadAsync(Database database, string id, CancellationToken cancellationToken) => database.FirstAsync(
        """
        select id, version, email, password_hash, username, tier, role, factory_id, created_at, updated_at,
               email_verified_at, credentials_changed_at
        from users where id = @id
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
            },
            row.GetNullableString(3) ?? "",
            row.GetInt64(1))
        {
            EmailVerifiedAt = row.GetNullableTimestamp(10),
            CredentialsChangedAt = row.GetNullableTimestamp(11),
        },
        cancellationToken);
}
