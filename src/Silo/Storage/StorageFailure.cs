using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Actors.Storage;

/// <summary>Says in one sentence why the storage cannot be used, where the reason lies outside the program.</summary>
public static class StorageFailure
{
    private const string ConfigurationBinder = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>The sentence, or null if the failure is a fault of the program.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        InvalidOperationException when string.Equals(failure.Source, ConfigurationBinder, StringComparison.Ordinal) => failure.Message,
        SchemaException => failure.Message,
        PostgresException refused => $"PostgreSQL refuses: {refused.MessageText} ({refused.SqlState}).",
        SqliteException => $"The SQLite file cannot be used: {Clause(failure)}.",
        DbException or SocketException => $"The database cannot be reached: {Clause(failure)}.",
        IOException or UnauthorizedAccessException => failure.Message,
        _ => null,
    };

    private static string Clause(Exception failure) => failure.Message.Split('\n')[0].TrimEnd('\r', '.');
}
