using Microsoft.Data.Sqlite;

namespace Actors.Storage.Sqlite;

/// <summary>
/// Commits on SQLite: one writer, one transaction and one fsync per batch, a savepoint per commit so that a refused one takes
/// nobody else with it.
/// </summary>
internal sealed partial class SqliteCommitStore : ICommitStore, IBatchWriter, IAsyncDisposable
{
    private readonly string _path;
    private readonly TimeSpan _lockTimeout;
    private readonly GroupCommitter _committer;
    private readonly StoreAvailability _availability;
    private readonly ILogger _logger;

    // Used by the one flight only.
    private SqliteConnection? _connection;
    private SqliteStatements? _statements;

    public SqliteCommitStore(
        StorageOptions options, CommitInstruments instruments, TimeProvider time, ILogger<SqliteCommitStore> logger,
        ICommitObserver? observer = null)
    {
        _path = options.SqlitePath;
        _lockTimeout = options.CommandTimeout;
        _logger = logger;
        _availability = new StoreAvailability("SQLite", options.FailFast, time, logger);
        _committer = new GroupCommitter(this, options, flights: 1, instruments, logger, observer);
    }

    public Task<CommitOutcome> CommitAsync(Commit commit) => _committer.CommitAsync(commit);

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        Close();
    }

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<Commit> batch, CommitOutcome[] outcomes)
    {
        if (_availability.FailsFast)
        {
            Array.Fill(outcomes, CommitOutcome.NotWritten);
        }
        else
        {
            Write(batch, outcomes);
        }

        return Task.CompletedTask;
    }

    private void Write(IReadOnlyList<Commit> batch, CommitOutcome[] outcomes)
    {
        var isCommitting = false;
        try
        {
            var statements = Open();
            statements.Execute("begin immediate");
            for (var i = 0; i < batch.Count; i++)
            {
                outcomes[i] = WriteOne(statements, batch[i]);
            }

            isCommitting = true;
            statements.Execute("commit");
            _availability.OnUp();
        }
        catch (SqliteException exception)
        {
            // An I/O error while committing may or may not have left a complete transaction in the log.
            var isCertain = !isCommitting || SqliteFaults.IsBusy(exception);
            Array.Fill(outcomes, isCertain ? CommitOutcome.NotWritten : CommitOutcome.Unknown);
            if (!isCertain)
            {
                LogUnknown(exception, batch.Count);
            }

            _availability.OnDown(exception);
            Close(); // rolls back what is open
        }
        catch
        {
            Array.Fill(outcomes, isCommitting ? CommitOutcome.Unknown : CommitOutcome.NotWritten);
            Close();
            throw;
        }
    }

    private CommitOutcome WriteOne(SqliteStatements statements, Commit commit)
    {
        statements.Execute("savepoint one");
        var outcome = TryWrite(statements, commit);
        if (outcome.Status != CommitStatus.Committed)
        {
            statements.Execute("rollback to one");
        }

        statements.Execute("release one");
        return outcome;
    }

    private CommitOutcome TryWrite(SqliteStatements statements, Commit commit)
    {
        var at = commit.Root;
        try
        {
            if (commit.Idempotency is { } record
                && statements.For(SqliteStatementKind.FindRow, IdempotencyRecord.Table, record).Finds())
            {
                return CommitOutcome.Conflict;
            }

            if (!WriteRoot(statements, commit))
            {
                return CommitOutcome.Conflict;
            }

            // As on PostgreSQL: what is deleted is gone before anything takes its place.
            foreach (var change in commit.Rows)
            {
                if (change.Operation == RowOperation.Delete)
                {
                    at = change;
                    statements.For(SqliteStatementKind.DeleteRow, at.Table, at.Row).Execute();
                }
            }

            foreach (var change in commit.Rows)
            {
                if (change.Operation != RowOperation.Delete)
                {
                    at = change;
                    statements.For(KindOf(at.Operation), at.Table, at.Row).Execute();
                }
            }

            if (commit.Idempotency is { } proof)
            {
                at = IdempotencyRecord.Table.Insert(proof);
                statements.For(SqliteStatementKind.InsertRow, at.Table, at.Row).Execute();
            }

            DeleteRoot(statements, commit, ref at);
            return CommitOutcome.Committed;
        }
        catch (SqliteException exception) when (SqliteFaults.IsViolation(exception))
        {
            return new CommitOutcome(CommitStatus.Violation, SqliteFaults.Constraint(exception, at.Table) ?? ForeignKey(exception, at));
        }
        catch (Exception exception) when (SqliteFaults.IsOwn(exception))
        {
            LogRefused(exception, commit.Root.Table.Name);
            return CommitOutcome.NotWritten;
        }
    }

    // SQLite does not tell which key it was; the statement is undone, the rest of the commit not yet, so it can be asked.
    private string? ForeignKey(SqliteException exception, RowChange at) =>
        SqliteFaults.IsForeignKey(exception) && at.Operation != RowOperation.Delete
            ? SqliteForeignKeys.FindBroken(_connection!, at)
            : null;

    private static bool WriteRoot(SqliteStatements statements, Commit commit)
    {
        var (table, _, row) = commit.Root;
        return commit.RootOperation() switch
        {
            RowOperation.Insert => statements.For(SqliteStatementKind.InsertRoot, table, row).Execute() == 1,
            RowOperation.Update => statements.For(SqliteStatementKind.UpdateRoot, table, row, commit.ExpectedVersion).Execute() == 1,

            // Deleted last: here keys are checked at every statement, and the rows that refer to it are still there.
            _ => statements.For(SqliteStatementKind.FindRoot, table, row, commit.ExpectedVersion).Finds(),
        };
    }

    private static void DeleteRoot(SqliteStatements statements, Commit commit, ref RowChange at)
    {
        if (commit.RootOperation() == RowOperation.Delete)
        {
            at = commit.Root;
            statements.For(SqliteStatementKind.DeleteRoot, at.Table, at.Row, commit.ExpectedVersion).Execute();
        }
    }

    private static SqliteStatementKind KindOf(RowOperation operation) => operation switch
    {
        RowOperation.Insert => SqliteStatementKind.InsertRow,
        RowOperation.Update => SqliteStatementKind.UpdateRow,
        _ => SqliteStatementKind.UpsertRow,
    };

    private SqliteStatements Open()
    {
        if (_statements is { } open)
        {
            return open;
        }

        var connection = new SqliteConnection(SqliteSources.ConnectionString(_path));
        try
        {
            // SQLite's own wait for a lock asks often; the provider's, with its long sleeps, comes after it and adds nothing.
            connection.DefaultTimeout = 1;
            connection.Open();
            using var settings = connection.CreateCommand();
#pragma warning disable CA2100 // a number from the options
            settings.CommandText =
                $"""
                pragma busy_timeout = {(long)_lockTimeout.TotalMilliseconds}; -- the sweeper or a backup may be writing
                pragma journal_mode = wal;
                pragma synchronous = full;      -- an acknowledged commit survives a power cut
                pragma cache_size = -32768;     -- KiB
                pragma wal_autocheckpoint = 4000;
                """;
#pragma warning restore CA2100
            settings.ExecuteNonQuery();
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        _connection = connection;
        return _statements = new SqliteStatements(connection);
    }

    private void Close()
    {
        _statements?.Dispose();
        _connection?.Dispose();
        _statements = null;
        _connection = null;
    }
}
