using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Actors.ChangeLog;

/// <summary>Hears of other silos' changes by LISTEN, on a connection of its own that is opened again when it breaks.</summary>
internal sealed partial class LogListener(DbDataSource source, LogSignals signals, TimeProvider time, ILogger<LogListener> logger) : BackgroundService
{
    private static readonly TimeSpan BeforeNextTry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
            {
                LogBroken(failure);
                await Task.Delay(BeforeNextTry, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = (NpgsqlConnection)await source.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, notification) => Hear(notification.Payload);
        await using (var listen = new NpgsqlCommand($"listen {LogAnnouncer.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(stoppingToken);
        }

        // What was told while nobody listened is not known.
        signals.RaiseAll();
        while (true)
        {
            await connection.WaitAsync(stoppingToken);
        }
    }

    private void Hear(string payload)
    {
        if (!uint.TryParse(payload, NumberStyles.None, CultureInfo.InvariantCulture, out var partitions))
        {
            signals.RaiseAll();
            return;
        }

        for (var partition = 0; partition < ChangeLogLimits.Partitions; partition++)
        {
            if ((partitions & (1u << partition)) != 0)
            {
                signals.Raise(partition, isWanted: (partitions & (1u << (partition + LogAnnouncer.WantedShift))) != 0);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not listening to other silos' changes; trying again")]
    private partial void LogBroken(Exception exception);
}
