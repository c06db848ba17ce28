using System.Collections.Immutable;
using System.Data.Common;

namespace Actors.Storage;

/// <summary>
/// Reads rows. The SQL is the part that PostgreSQL and SQLite share, with <c>@name</c> parameters.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="knowsNames">Whether its driver takes parameters by name as they are. The one of PostgreSQL would look for them in the text each time.</param>
public sealed class Database(DbDataSource source, bool knowsNames = true)
{
    private readonly NumberedSql? _numbered = knowsNames ? null : new();

    /// <summary>Runs a query and reads every row of its first result.</summary>
    public async Task<ImmutableArray<T>> ListAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAllAsync(reader, read, cancellationToken);
    }

    /// <summary>Runs a query and reads its first row, if any.</summary>
    public async Task<T?> FirstAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
        where T : class
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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

    private static async Task<ImmutableArray<T>> ReadAllAsync<T>(DbDataReader reader, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows.DrainToImmutable();
    }

    private DbCommand Command(string sql, IEnumerable<(string Name, object? Value)> parameters)
    {
        if (_numbered is null)
        {
            var command = source.CreateCommand(sql);
            foreach (var (name, value) in parameters)
            {
                Add(command, value).ParameterName = name;
            }

            return command;
        }

        var (text, order) = _numbered.Of(sql);
        var numbered = source.CreateCommand(text);
        foreach (var name in order)
        {
            Add(numbered, parameters.First(p => p.Name == name).Value);
        }

        return numbered;
    }

    private static DbParameter Add(DbCommand command, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return parameter;
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
