using System.Data.Common;

namespace Actors.Storage;

/// <summary>Asks the store whether it answers, for readiness.</summary>
public sealed class StorageProbe(DbDataSource source, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>True if the store answered within two seconds.</summary>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // A driver that does not listen to the token must not hold up the answer.
            await AskAsync(either.Token).WaitAsync(either.Token);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && exception is DbException or IOException or OperationCanceledException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
