using System.Text.RegularExpressions;
using Npgsql;

namespace Actors.Storage.PostgreSql;

/// <summary>What a failed statement means for the batch it carried.</summary>
internal enum PostgresFault
{
    /// <summary>Nothing written; the same batch may pass at the next try.</summary>
    Again,

    /// <summary>Nothing written; one of the commits is to blame.</summary>
    Guilty,

    /// <summary>Nothing written; the server takes no writes now.</summary>
    Unavailable,

    /// <summary>The answer never came.</summary>
    Unknown,
}

/// <summary>
/// Reads errors of the writer. An answer of severity ERROR is certain: the statement is its own transaction and was rolled
/// back. FATAL ends the session, maybe after the commit; without an answer nothing is certain either.
/// </summary>
internal static partial class PostgresFaults
{
    public static PostgresFault Of(Exception exception) => exception switch
    {
        PostgresException { InvariantSeverity: not "ERROR" } => PostgresFault.Unknown,
        PostgresException error => error.SqlState switch
        {
            // serialization failure, deadlock
            "40001" or "40P01" => PostgresFault.Again,

            // out of resources, stopped or limited by the operator, I/O error, read-only after a failover
            ['5', '3' or '7' or '8', ..] or "25006" => PostgresFault.Unavailable,

            _ => PostgresFault.Guilty,
        },
        _ => PostgresFault.Unknown,
    };

    /// <summary>
    /// Whether the server could not read a parameter. If Npgsql was preparing the statement, it keeps it without its
    /// description, and loses its way (an unknown outcome) when the next execution returns rows: that connection must go.
    /// </summary>
    public static bool IsUnreadable(Exception exception) => exception is PostgresException { SqlState: ['2', '2', ..] };

    /// <summary>Whether the data is to blame (integrity, data, limits, two rows of one key, a view's check), and not our SQL.</summary>
    public static bool IsViolation(PostgresException error) => error.SqlState[..2] is "21" or "22" or "23" or "44" or "54";

    /// <summary>
    /// The constraint that refused, as its table calls it: a partition has constraints of its own.
    /// change_events_part_20260301_pkey → change_events_pkey
    /// </summary>
    public static string? Constraint(PostgresException error) =>
        error.ConstraintName is { } name ? Part().Replace(name, "_") : null;

    [GeneratedRegex("_part_(first|other|[0-9]{8})_", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
