using System.Collections.Concurrent;
using System.Diagnostics;
using Actors.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using static Actors.Storage.SpecTables;

namespace Actors.Storage;

/// <summary>What the PostgreSQL store says when the database goes away, breaks a statement or refuses it.</summary>
public sealed class PostgresOutageTests(PostgresServer shared) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly ListLog _log = new();
    private readonly List<ServiceProvider> _services = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_stops_refuses_quickly_and_takes_commits_again_when_it_is_back()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        var store = await StoreAsync(await server.CreateDatabaseAsync());
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(store, New(Named("before"))));

        await server.StopAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        var started = Stopwatch.GetTimestamp();
        var refused = await Task.WhenAll(Many(500).Select(store.CommitAsync)).WaitAsync(Deadline, Cancellation);

        Assert.All(refused, outcome => Assert.Equal(CommitOutcome.NotWritten, outcome));
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Single(_log.Lines, l => l.Contains("does not take commits", StringComparison.Ordinal));

        await server.StartAsync();
        Assert.Equal(CommitOutcome.NotWritten, await CommitAsync(store, New(Named("too-soon"))));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(store, New(Named("after"))));
        Assert.Equal(CommitOutcome.Conflict, await CommitAsync(store, New(Named("before"))));
        Assert.Single(_log.Lines, l => l.Contains("takes commits again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_restarts_while_nobody_commits_is_not_noticed()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        var store = await StoreAsync(await server.CreateDatabaseAsync());
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(store, New(Named("before"))));

        await server.StopAsync();
        await server.StartAsync();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(CommitOutcome.Committed, await CommitAsync(store, New(Named("after"))));
    }

    [Fact]
    public async Task A_server_that_stops_under_load_loses_nothing_acknowledged_and_writes_nothing_denied()
    {
        await using var server = await PostgresServer.StartNewAsync(durable: true);
        var database = await server.CreateDatabaseAsync();
        var store = await StoreAsync(database);
        var outcomes = new ConcurrentDictionary<string, CommitStatus>(StringComparer.Ordinal);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var id = $"order-{w}-{i}";
                var status = (await store.CommitAsync(New(Named(id), Line.Table.Insert(new Line(id, "x"))))).Status;
                outcomes[id] = status;
                if (status != CommitStatus.Committed)
                {
                    return;
                }

                if (i == 20)
                {
                    first.TrySetResult();
                }
            }
        })).ToArray();

        await first.Task.WaitAsync(Deadline, Cancellation);
        await server.StopAsync();
        await Task.WhenAll(writers).WaitAsync(Deadline, Cancellation);
        await server.StartAsync();

        await using var source = NpgsqlDataSource.Create(database);
        var written = (await new Database(source).ListAsync(
            "select o.id from spec_orders o join spec_lines l on l.order_id = o.id", [], r => r.GetString(0), Cancellation)).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(outcomes, o => o.Value == CommitStatus.Committed && !written.Contains(o.Key));
        Assert.DoesNotContain(outcomes, o => o.Value == CommitStatus.NotWritten && written.Contains(o.Key));
    }

    [Fact]
    public async Task A_connection_that_is_killed_in_flight_leaves_the_outcome_unknown_and_the_next_commit_passes()
    {
        var database = await shared.CreateDatabaseAsync();
        var store = await StoreAsync(database);
        await CommitAsync(store, New(Named("a")));
        await using var other = await OpenAsync(database);
        await ExecuteAsync(other, "begin; select 1 from spec_orders where id = 'a' for update");

        var commit = store.CommitAsync(Next(Named("a") with { Version = 2 }, expected: 1));
        await WriterWaitsAsync(other);
        await ExecuteAsync(other, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");

        Assert.Equal(CommitOutcome.Unknown, await commit.WaitAsync(Deadline, Cancellation));
        await ExecuteAsync(other, "rollback");
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(store, Next(Named("a") with { Version = 2 }, expected: 1)));
    }

    [Fact]
    public async Task A_deadlock_is_retried()
    {
        var database = await shared.CreateDatabaseAsync();
        var store = await StoreAsync(database);
        await CommitAsync(store, New(Named("a")));
        await CommitAsync(store, New(Named("b")));
        await using var other = await OpenAsync(database);
        await ExecuteAsync(other, "set deadlock_timeout = '100s'; begin; update spec_orders set quantity = 1 where id = 'b'");

        var batch = WriteAsync(store, Next(Named("a") with { Version = 2 }, expected: 1), Next(Named("b") with { Version = 2 }, expected: 1));
        await WriterWaitsAsync(other);
        await ExecuteAsync(other, "update spec_orders set quantity = 1 where id = 'a'; commit");

        Assert.Equal([CommitStatus.Committed, CommitStatus.Committed], await batch.WaitAsync(Deadline, Cancellation));
        Assert.Contains(_log.Lines, l => l.Contains("deadlock or serialization failure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_serialization_failure_is_retried()
    {
        var database = await shared.CreateDatabaseAsync();
        await using var other = await OpenAsync(database);
        await ExecuteAsync(other, $"alter database {other.Database} set default_transaction_isolation = 'repeatable read'");
        var store = await StoreAsync(database);
        await CommitAsync(store, New(Named("a")));
        await ExecuteAsync(other, "begin; update spec_orders set quantity = 1 where id = 'a'");

        var commit = store.CommitAsync(Next(Named("a") with { Version = 2 }, expected: 1));
        await WriterWaitsAsync(other);
        await ExecuteAsync(other, "commit");

        Assert.Equal(CommitOutcome.Committed, await commit.WaitAsync(Deadline, Cancellation));
        Assert.Contains(_log.Lines, l => l.Contains("deadlock or serialization failure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_somebody_else_keeps_locked_holds_up_only_its_own_commit()
    {
        var database = await shared.CreateDatabaseAsync();
        var store = await StoreAsync(database, ("Storage:CommandTimeout", "00:00:03"));
        await CommitAsync(store, New(Named("b")));
        await using var other = await OpenAsync(database);
        await ExecuteAsync(other, "begin; select 1 from spec_orders where id = 'b' for update");

        var outcomes = await WriteAsync(store, New(Named("a")), Next(Named("b") with { Version = 2 }, expected: 1), New(Named("c")));

        Assert.Equal([CommitStatus.Committed, CommitStatus.NotWritten, CommitStatus.Committed], outcomes);
    }

    [Fact]
    public async Task A_server_that_became_read_only_writes_nothing_until_it_is_not()
    {
        var database = await shared.CreateDatabaseAsync();
        await using var other = await OpenAsync(database);
        var store = await StoreAsync(database);
        await ExecuteAsync(other, $"alter database {other.Database} set default_transaction_read_only = on");
        Assert.Equal(CommitOutcome.NotWritten, await CommitAsync(store, New(Named("a"))));

        await ExecuteAsync(other, $"alter database {other.Database} set default_transaction_read_only = off");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(store, New(Named("a"))));
    }

    [Fact]
    public async Task A_server_that_was_never_there_is_no_exception()
    {
        var services = Build("Host=127.0.0.1;Port=1;Username=u");

        Assert.Equal(CommitOutcome.NotWritten, await CommitAsync(services.GetRequiredService<ICommitStore>(), New(Named("a"))));
        Assert.False(await services.GetRequiredService<StorageProbe>().CheckAsync(Cancellation));
    }

    private async Task<ICommitStore> StoreAsync(string database, params (string Name, string? Value)[] settings)
    {
        var services = Build(database, settings);
        await services.GetRequiredService<Migrator>().MigrateAsync(Cancellation);
        await using var connection = await OpenAsync(database);
        await ExecuteAsync(connection, SpecTables.Create(isSqlite: false));
        return services.GetRequiredService<ICommitStore>();
    }

    private ServiceProvider Build(string database, params (string Name, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("DATABASE_URL", database), .. settings.Select(s => KeyValuePair.Create(s.Name, s.Value))])
            .Build();
        var services = new ServiceCollection()
            .AddLogging(log => log.AddProvider(_log))
            .AddSingleton<TimeProvider>(_time)
            .AddStorage(configuration)
            .BuildServiceProvider();
        _services.Add(services);
        return services;
    }

    private static async Task<CommitOutcome> CommitAsync(ICommitStore store, Commit commit) =>
        await store.CommitAsync(commit).WaitAsync(Deadline, Cancellation);

    private static async Task<CommitStatus[]> WriteAsync(ICommitStore store, params Commit[] commits)
    {
        var outcomes = new CommitOutcome[commits.Length];
        Array.Fill(outcomes, CommitOutcome.Unknown);
        await ((IBatchWriter)store).WriteAsync(commits, outcomes);
        return [.. outcomes.Select(o => o.Status)];
    }

    private static async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static Task WriterWaitsAsync(NpgsqlConnection other) => Waiting.UntilAsync(
        async () =>
        {
            await using var command = new NpgsqlCommand(
                "select pg_stat_clear_snapshot(), exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')", other);
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            return await reader.ReadAsync(Cancellation) && reader.GetBoolean(1);
        },
        Deadline,
        () => "The writer does not wait for a lock.");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private sealed class ListLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception?.Message}");
    }
}
