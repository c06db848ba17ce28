using Npgsql;

namespace Actors.Storage.PostgreSql;

/// <summary>Commits on PostgreSQL: one multi-row statement, which is one transaction and one round trip, per batch.</summary>
internal sealed partial class PostgresCommitStore : ICommitStore, IBatchWriter, IAsyncDisposable
{
    private const int MaxAttempts = 5;

    /// <summary>
    /// A connection that was not used for so long may have died without a word; found out before it carries a batch, that is
    /// harmless, afterwards the outcomes would be unknown.
    /// </summary>
    private static readonly TimeSpan IdleCheck = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly BatchPlan _plan = new();
    private readonly GroupCommitter _committer;
    private readonly StoreAvailability _availability;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _lastAnswer;

    public PostgresCommitStore(
        StorageOptions options, CommitInstruments instruments, TimeProvider time, ILogger<PostgresCommitStore> logger,
        ICommitObserver? observer = null)
    {
        _source = PostgresSources.Writer(options);
        _availability = new StoreAvailability("PostgreSQL", options.FailFast, time, logger);
        _time = time;
        _logger = logger;
        _lastAnswer = time.GetTimestamp();
        _committer = new GroupCommitter(this, options, options.Flights, instruments, logger, observer);
    }

    public Task<CommitOutcome> CommitAsync(Commit commit) => _committer.CommitAsync(commit);

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <inheritdoc/>
    public async Task WriteAsync(IReadOnlyList<Commit> batch, CommitOutcome[] outcomes)
    {
        if (await TryWriteAsync(batch, outcomes) is null)
        {
            return;
        }

        // One of them is to blame. Apart, only that one fails.
        var outcome = new CommitOutcome[1];
        for (var i = 0; i < batch.Count; i++)
        {
            outcome[0] = CommitOutcome.Unknown;
            if (await TryWriteAsync([batch[i]], outcome) is { } guilt)
            {
                outcome[0] = Refused(batch[i], guilt);
            }

            outcomes[i] = outcome[0];
        }
    }

    /// <summary>Writes the commits together; if one of them is to blame for a failure, nothing is written and its error returned.</summary>
    private async Task<Exception?> TryWriteAsync(IReadOnlyList<Commit> commits, CommitOutcome[] outcomes)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            NpgsqlCommand command;
            try
            {
                command = _plan.Command(commits);
            }
#pragma warning disable CA1031 // rows are foreign code; nothing was sent yet
            catch (Exception exception)
#pragma warning restore CA1031
            {
                return exception;
            }

            await using (command)
            {
                if (_availability.FailsFast || await OpenAsync() is not { } connection)
                {
                    Array.Fill(outcomes, CommitOutcome.NotWritten);
                    return null;
                }

                await using (connection)
                {
                    command.Connection = connection;
                    try
                    {
                        await ExecuteAsync(command, outcomes);
                        return null;
                    }
                    catch (Exception exception) when (exception is NpgsqlException or IOException or OperationCanceledException)
                    {
                        switch (PostgresFaults.Of(exception))
                        {
                            case PostgresFault.Guilty:
                                _lastAnswer = _time.GetTimestamp();
                                if (PostgresFaults.IsUnreadable(exception))
                                {
                                    _source.Clear();
                                }

                                return exception;
                            case PostgresFault.Again:
                                LogAgain(exception, commits.Count, attempt);
                                continue;
                            case PostgresFault.Unavailable:
                                OnDown(exception);
                                Array.Fill(outcomes, CommitOutcome.NotWritten);
                                return null;
                            default:
                                LogUnknown(exception, commits.Count);
                                _source.Clear(); // the others lead to the same server; whether it is down, the next try tells
                                Array.Fill(outcomes, CommitOutcome.Unknown);
                                return null;
                        }
                    }
                }
            }
        }

        Array.Fill(outcomes, CommitOutcome.NotWritten);
        return null;
    }

    /// <summary>A connection that has just been seen alive; null if there is none to be had.</summary>
    private async Task<NpgsqlConnection?> OpenAsync()
    {
        try
        {
            var connection = await _source.OpenConnectionAsync();
            if (_time.GetElapsedTime(Volatile.Read(ref _lastAnswer)) < IdleCheck)
            {
                return connection;
            }

            try
            {
                await using var check = new NpgsqlCommand("select 1", connection);
                await check.ExecuteScalarAsync();
                return connection;
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
            {
                await connection.DisposeAsync();
                _source.Clear();
                return await _source.OpenConnectionAsync();
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException
            or System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException)
        {
            OnDown(exception);
            return null;
        }
    }

    private async Task ExecuteAsync(NpgsqlCommand command, CommitOutcome[] outcomes)
    {
        var passed = new bool[outcomes.Length];
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                passed[reader.GetInt32(0)] = true;
            }

            // The rows come before the transaction is durable; only the end of the answer says that it is.
            await reader.NextResultAsync();
        }

        for (var i = 0; i < passed.Length; i++)
        {
            outcomes[i] = passed[i] ? CommitOutcome.Committed : CommitOutcome.Conflict;
        }

        Volatile.Write(ref _lastAnswer, _time.GetTimestamp());
        _availability.OnUp();
    }

    private CommitOutcome Refused(Commit commit, Exception guilt)
    {
        if (guilt is PostgresException error && PostgresFaults.IsViolation(error))
        {
            return new CommitOutcome(CommitStatus.Violation, PostgresFaults.Constraint(error));
        }

        LogRefused(guilt, commit.Root.Table.Name);
        return CommitOutcome.NotWritten;
    }

    // After a failover the pooled connections may lead to the wrong server.
    private void OnDown(Exception exception)
    {
        _availability.OnDown(exception);
        _source.Clear();
    }
}
