using Microsoft.Data.Sqlite;

namespace Actors.Storage.Sqlite;

/// <summary>What a prepared statement does.</summary>
internal enum SqliteStatementKind
{
    InsertRoot,
    UpdateRoot,
    DeleteRoot,

    /// <summary>Is the root row there, in the expected version?</summary>
    FindRoot,
    InsertRow,
    UpdateRow,
    UpsertRow,
    DeleteRow,

    /// <summary>Is a row with this key there?</summary>
    FindRow,
}

/// <summary>The prepared statements of the writer's connection: one per table and kind.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<(Table Table, SqliteStatementKind Kind), SqliteStatement> _statements = [];
    private readonly Dictionary<string, SqliteCommand> _plain = new(StringComparer.Ordinal);

    /// <summary>The statement of a kind, ready for <paramref name="row"/>.</summary>
    public SqliteStatement For(SqliteStatementKind kind, Table table, object row, long expected = 0)
    {
        if (!_statements.TryGetValue((table, kind), out var statement))
        {
            statement = new SqliteStatement(connection, kind, table);
            _statements.Add((table, kind), statement);
        }

        statement.Bind(row, expected);
        return statement;
    }

    /// <summary>Runs a statement without parameters.</summary>
    public void Execute(string sql)
    {
        if (!_plain.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // begin, commit, savepoint: constants of this assembly
            command.CommandText = sql;
#pragma warning restore CA2100
            command.Prepare();
            _plain.Add(sql, command);
        }

        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in _plain.Values)
        {
            command.Dispose();
        }

        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
    }
}

/// <summary>One prepared statement over the columns of a table.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly Table _table;
    private readonly SqliteCommand _command;
    private readonly List<(int Column, SqliteParameter Parameter)> _columns = [];
    private readonly SqliteParameter? _expected;

    public SqliteStatement(SqliteConnection connection, SqliteStatementKind kind, Table table)
    {
        _table = table;
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // names of tables and columns are constants of the application
        _command.CommandText = SqliteSql.Write(kind, table);
#pragma warning restore CA2100
        for (var c = 0; c < table.Columns.Count; c++)
        {
            if (SqliteSql.Uses(kind, table, c))
            {
                _columns.Add((c, _command.Parameters.AddWithValue($"@c{c}", DBNull.Value)));
            }
        }

        if (kind is SqliteStatementKind.UpdateRoot or SqliteStatementKind.DeleteRoot or SqliteStatementKind.FindRoot)
        {
            _expected = _command.Parameters.AddWithValue("@expected", 0L);
        }

        _command.Prepare();
    }

    public void Bind(object row, long expected)
    {
        foreach (var (column, parameter) in _columns)
        {
            parameter.Value = _table.Value(column, row) switch
            {
                null => DBNull.Value,
                DateTimeOffset time => time.ToUniversalTime(), // as text, whose order is that of time only in one zone
                var value => value,
            };
        }

        _expected?.Value = expected;
    }

    /// <summary>Runs it; the number of rows it wrote.</summary>
    public int Execute() => _command.ExecuteNonQuery();

    /// <summary>Runs it; whether it found a row.</summary>
    public bool Finds() => _command.ExecuteScalar() is not null;

    public void Dispose() => _command.Dispose();
}
