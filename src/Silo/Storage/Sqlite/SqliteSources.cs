using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Actors.Storage.Sqlite;

/// <summary>How a SQLite file is opened.</summary>
internal static class SqliteSources
{
    private const int WaitForLockSeconds = 10;

    public static string ConnectionString(string path, bool foreignKeys = true, bool pooling = false) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        ForeignKeys = foreignKeys,
        Pooling = pooling,
        DefaultTimeout = WaitForLockSeconds,
    }.ConnectionString;

    /// <summary>Connections for reads and for work beside the commits; pooled.</summary>
    public static DbDataSource Reader(string path) => SqliteFactory.Instance.CreateDataSource(ConnectionString(path, pooling: true));
}
