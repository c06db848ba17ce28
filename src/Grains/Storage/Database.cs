using System.Collections.Immutable;
using System.Data.Common;

namespace Actors.Storage;

/// <summary>
/// Reads rows. The SQL is the part that PostgreSQL and SQLite share, with <c>@name</c> parameters.
/// </summary>
/// <remarks>
/// Where the database has row level security, rows that belong to a user (his account, profile, sessions, inbox …) are seen only by queries of
/// <see cref="RowsOf"/> or <see cref="RowsOfAllUsers"/>: a query that forgets its filter sees nothing. Each is still one round trip.
/// Nothing here goes on in the turn of the grain that asks, which would cost it a turn at each step: so what reads a row must touch nothing of the grain.
/// </remarks>
public sealed class Database
{
    private readonly DbDataSource _source;
    private readonly NumberedSql? _numbered;
    private readonly string? _scopeSql;
    private readonly string? _scope;
    private readonly bool _plansAnew;

    /// <summary>Reads from a database.</summary>
    /// <param name="source">The database.</param>
    /// <param name="scopeSql">
    /// For PostgreSQL, the statement that says whose rows the next one may see; its parameter is <c>user:id</c> or <c>all</c>. Parameters then go by
    /// number: its driver would look for names in the text each time. Null for a database that has no such scope.
    /// </param>
    public Database(DbDataSource source, string? scopeSql = null)
        : this(source, scopeSql is null ? null : new NumberedSql(), scopeSql, scope: null)
    {
    }

    private Database(DbDataSource source, NumberedSql? numbered, string? scopeSql, string? scope, bool plansAnew = false) =>
        (_source, _numbered, _scopeSql, _scope, _plansAnew) = (source, numbered, scopeSql, scope, plansAnew);

    /// <summary>For queries of rows that belong to that user.</summary>
    public Database RowsOf(string userId) => _scopeSql is null ? this : new(_source, _numbered, _scopeSql, $"user:{userId}");

    /// <summary>For the few queries that must see rows of users whom they do not know yet: say at each why.</summary>
    public Database RowsOfAllUsers() => _scopeSql is null ? this : new(_source, _numbered, _scopeSql, "all");

    /// <summary>
    /// For searches, whose best plan depends on what is looked for: PostgreSQL then plans by the values, not once for all of them.
    /// </summary>
    public Database PlannedAnew() => _scopeSql is null ? this : new(_source, _numbered, _scopeSql, _scope ?? "", plansAnew: true);

    /// <summary>Runs a query and reads every row of its first result.</summary>
    public async Task<ImmutableArray<T>> ListAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
    {
        var query = await OpenAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        await using (query.ConfigureAwait(false))
        {
            var rows = ImmutableArray.CreateBuilder<T>();
            while (await query.Reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(read(query.Reader));
            }

            return rows.DrainToImmutable();
        }
    }

    /// <summary>Runs a query and reads its first row, if any.</summary>
    public async Task<T?> FirstAsync<T>(
        string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken = default)
        where T : class
    {
        var query = await OpenAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        await using (query.ConfigureAwait(false))
        {
            return await query.Reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? read(query.Reader) : null;
        }
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
        var query = await OpenAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        await using (query.ConfigureAwait(false))
        {
            TRoot? found = null;
            var children = ImmutableArray.CreateBuilder<TChild>();
            while (await query.Reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                found ??= root(query.Reader);
                if (child(query.Reader) is { } one)
                {
                    children.Add(one);
                }
            }

            return (found, children.DrainToImmutable());
        }
    }

    private async ValueTask<Query> OpenAsync(
        string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        if (_scope is not null)
        {
            return await OpenScopedAsync(sql, parameters, cancellationToken).ConfigureAwait(false);
        }

        var command = Command(sql, parameters);
        try
        {
            return new(await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false), command);
        }
        catch
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Statements of one batch are one transaction and one round trip: the scope holds for the query alone.
    private async Task<Query> OpenScopedAsync(
        string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        var batch = _source.CreateBatch();
        try
        {
            Append(batch, _scopeSql!, [_scope]);
            if (_plansAnew)
            {
                Append(batch, "select set_config('plan_cache_mode', 'force_custom_plan', true)", []);
            }

            var (text, names) = _numbered!.Of(sql);
            Append(batch, text, names.Select(name => ValueOf(parameters, name)));
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            for (var before = 1; before < batch.BatchCommands.Count; before++)
            {
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }

            return new(reader, batch);
        }
        catch
        {
            await batch.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static void Append(DbBatch batch, string sql, IEnumerable<object?> values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            Add(command.Parameters, command.CreateParameter(), value);
        }

        batch.BatchCommands.Add(command);
    }

    private DbCommand Command(string sql, IEnumerable<(string Name, object? Value)> parameters)
    {
        if (_numbered is null)
        {
            var named = _source.CreateCommand(sql);
            foreach (var (name, value) in parameters)
            {
                Add(named.Parameters, named.CreateParameter(), value).ParameterName = name;
            }

            return named;
        }

        var (text, names) = _numbered.Of(sql);
        var command = _source.CreateCommand(text);
        foreach (var name in names)
        {
            Add(command.Parameters, command.CreateParameter(), ValueOf(parameters, name));
        }

        return command;
    }

    private static object? ValueOf(IEnumerable<(string Name, object? Value)> parameters, string name) => parameters.First(p => p.Name == name).Value;

    private static DbParameter Add(DbParameterCollection to, DbParameter parameter, object? value)
    {
        parameter.Value = value ?? DBNull.Value;
        to.Add(parameter);
        return parameter;
    }

    /// <summary>A query under way.</summary>
    private readonly struct Query(DbDataReader reader, IAsyncDisposable command) : IAsyncDisposable
    {
        public DbDataReader Reader => reader;

        public async ValueTask DisposeAsync()
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            await command.DisposeAsync().ConfigureAwait(false);
        }
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
