using Npgsql;

namespace Actors.Storage.PostgreSql;

/// <summary>
/// Binds readers' sessions to row level security (migration 0012): they take the role <c>actors_reader</c>, once when they connect. Where the
/// role is missing they read as before, which a warning says.
/// </summary>
internal sealed partial class RowSecurity(ILogger<RowSecurity> logger)
{
    /// <summary>Says whose rows the next statement of the same round trip may see; see <see cref="Database"/>.</summary>
    public const string Scope = "select set_config('actors.rows', $1, true)";

    // Only if it may be taken (PostgreSQL 16 tells that from mere membership), and if it may read: half a protection must not stop the system.
    private const string TakeRole =
        """
        select set_config('role', rolname, false) from pg_roles
        where rolname = 'actors_reader'
          and pg_has_role(current_user, oid, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
          and has_schema_privilege(oid, current_schema()::text, 'usage')
          and coalesce(has_table_privilege(oid, to_regclass('users'), 'select'), false)
        """;

    private int _warned;

    /// <summary>Binds every connection of the source that is being built.</summary>
    public void Bind(NpgsqlDataSourceBuilder builder) => builder.UsePhysicalConnectionInitializer(
        connection =>
        {
            using var command = new NpgsqlCommand(TakeRole, connection);
            WarnUnless(command.ExecuteScalar() is not null);
        },
        async connection =>
        {
            await using var command = new NpgsqlCommand(TakeRole, connection);
            WarnUnless(await command.ExecuteScalarAsync() is not null);
        });

    private void WarnUnless(bool isBound)
    {
        if (!isBound && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogNotBound();
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Reads are not bound by row level security: the role actors_reader is missing, or not granted to this silo's role (docs/operations.md)")]
    private partial void LogNotBound();
}
