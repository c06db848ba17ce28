using System.Collections.Immutable;
using System.Data.Common;

namespace Actors.Storage;

/// <summary>
/// Reads rows. The SQL is the part that PostgreSQL and SQLite share, with <c>@name</c> parameters.
/// </summary>
/// <remarks>
/// Where the database has row level security, rows that belong to a user (his account, profile, sessions, inbox …) are seen only by queries of
/// <see cref="RowsOf"/> or <see cref="RowsOfAllUsers"/>: a query that forgets its filter sees nothing. Each is still one round trip.
/// </remarks>
public sealed class Database
{
    private readonly DbDataSource _source;
    private readonly string? _scopeSql;
    private readonly string? _scope;

    /// <summary>Reads from a source.</summary>
    /// <param name="source">Where.</param>
    /// <param name="scopeSql">
    /// The statement that says whose rows the next one may see, as its parameter <c>@row_scope</c>: <c>user:id</c> or <c>all</c>. Null if the
    /// database does not ask.
    /// </param>
    public Database(DbDataSource source, string? scopeSql = null)
        : this(source, scopeSql, scope: null)
    {
    }

    private Database(DbDataSource source, string? scopeSql, string? scope) => (_source, _scopeSql, _scope) = (source, scopeSql, scope);

    /// <summary>For queries of rows that belong to that user.</summary>
    public Database RowsOf(string userId) => _scopeSql is null ? this : new(_source, _scopeSql, $"user:{userId}");

    /// <summary>For the few queries that must see rows of users whom they do not know yet: say at each why.</summary>
    public Database RowsOfAllUsers() => _scopeSql is null ? this : new(_source, _scopeSql, "all");

    /// <summary>Runs a query and reads every row of its first result.</summary>
    public async Task<ImmutableArray<T>> ListAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await ExecuteAsync(command, cancellationToken);
        return await ReadAllAsync(reader, read, cancellationToken);
    }

    /// <summary>Runs a query and reads its first row, if any.</summary>
    public async Task<T?> FirstAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
        where T : class
    {
        await using var command = Command(sql, parameters);
        await using var reader = await ExecuteAsync(command, cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? read(reader) : null;
    }

    /// <summary>
    /// Runs a query that joins an entity's root row with its children, so that both are seen at one moment; each row holds the root again,
    /// which for the few children of an aggregate costs less than a second query.
    /// </summary>
    /// <param name="sql">The query.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="root">Reads the root from a row.</param>
    /// <param name="child">Reads a child from a row; null if the row has none (outer join).</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<(TRoot? Root, ImmutableArray<TChild> Children)> AggregateAsync<TRoot, TChild>(
        string sql,
        IEnumerable<(string Name, object? Value)> parameters,
        Func<DbDataReader, TRoot> root,
        Func<DbDataReader, TChild?> child,
        CancellationToken cancellationToken = default)
        where TRoot : class
        where TChild : class
    {
        await using var command = Command(sql, parameters);
        await using var reader = await ExecuteAsync(command, cancellationToken);
        TRoot? found = null;
        var children = ImmutableArray.CreateBuilder<TChild>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found ??= root(reader);
            if (child(reader) is { } one)
            {
                children.Add(one);
            }
        }

        return (found, children.DrainToImmutable());
    }

    /// <summary>Runs two queries in one round trip: one that counts, and one that lists.</summary>
    public async Task<(long? Total, ImmutableArray<T> Rows)> CountedListAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await ExecuteAsync(command, cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        return (total, await ReadAllAsync(reader, read, cancellationToken));
    }

    private static async Task<ImmutableArray<T>> ReadAllAsync<T>(DbDataReader reader, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows.DrainToImmutable();
    }

    // Statements of one command are one transaction and one round trip: the scope holds for the query alone.
    private DbCommand Command(string sql, IEnumerable<(string Name, object? Value)> parameters)
    {
        var command = _source.CreateCommand(_scope is null ? sql : $"{_scopeSql}; {sql}");
        if (_scope is not null)
        {
            Bind(command, "row_scope", _scope);
        }

        foreach (var (name, value) in parameters)
        {
            Bind(command, name, value);
        }

        return command;
    }

    private async Task<DbDataReader> ExecuteAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (_scope is not null)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        return reader;
    }

    private static void Bind(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}

/// <summary>Columns that may be null.</summary>
public static class DbDataReaderExtensions
{
    public static string? GetNullableString(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    public static DateTimeOffset GetTimestamp(this DbDataReader reader, int ordinal) =>
        reader.GetFieldValue<DateTimeOffset>(ordinal);

    public static DateTimeOffset? GetNullableTimestamp(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
}
