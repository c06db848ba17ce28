using Actors.Storage;
using Npgsql;

namespace Actors.ChangeLog;

/// <summary>
/// Tells of committed changes: the waiters of this silo at once, those of other silos by NOTIFY. One NOTIFY stands for all commits
/// since the last one, and is sent after them, on its own: inside their transaction it would cost half of the commit rate.
/// </summary>
/// <param name="signals">The waiters of this silo.</param>
/// <param name="interests">What consumer grains handle: they are not woken for anything else.</param>
/// <param name="source">PostgreSQL, if other silos are to be told; else null.</param>
/// <param name="logger">Where a lost signal is noted.</param>
internal sealed partial class LogAnnouncer(LogSignals signals, ChangeInterests interests, NpgsqlDataSource? source, ILogger<LogAnnouncer> logger)
    : ICommitObserver, IAsyncDisposable
{
    /// <summary>
    /// The channel; the payload is a bit set, as a decimal number: the partitions with changes, and from <see cref="WantedShift"/> on
    /// those with changes that consumer grains handle.
    /// </summary>
    public const string Channel = "change_events";

    /// <summary>Where the second half of the bit set begins.</summary>
    public const int WantedShift = ChangeLogLimits.Partitions;

    private readonly CancellationTokenSource _stop = new();
    private uint _untold;
    private int _isTelling;

    public void OnCommitted(Commit commit)
    {
        foreach (var change in commit.Rows)
        {
            if (change.Row is ChangeEvent changed)
            {
                var partition = ChangeLogLimits.PartitionOf(changed.Topic);
                var isWanted = interests.Include(changed);
                signals.Raise(partition, isWanted);
                Interlocked.Or(ref _untold, (1u << partition) | (isWanted ? 1u << (partition + WantedShift) : 0));
            }
        }
    }

    public void OnFlightLanded()
    {
        if (source is not null && Volatile.Read(ref _untold) != 0 && Interlocked.Exchange(ref _isTelling, 1) == 0)
        {
            _ = TellAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
    }

    private async Task TellAsync()
    {
        try
        {
            while (Interlocked.Exchange(ref _untold, 0) is var partitions and not 0)
            {
                await using var command = source!.CreateCommand("select pg_notify($1, $2)");
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Channel });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partitions.ToString(System.Globalization.CultureInfo.InvariantCulture) });
                await command.ExecuteNonQueryAsync(_stop.Token);
            }
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // A lost signal costs the others their safety poll, no more.
            LogNotTold(failure);
        }
        finally
        {
            Volatile.Write(ref _isTelling, 0);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Other silos were not told of changes")]
    private partial void LogNotTold(Exception exception);
}
