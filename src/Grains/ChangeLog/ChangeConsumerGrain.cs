using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Actors.ChangeLog;

/// <summary>What every consumer of changes works with.</summary>
internal sealed class ChangeConsumerServices(
    IChangeLog log, ChangeLogInstruments instruments, TimeProvider time, ILogger<ChangeConsumerServices> logger)
{
    public IChangeLog Log { get; } = log;

    public ChangeLogInstruments Instruments { get; } = instruments;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;
}

/// <summary>
/// A grain that handles the changes of one entity, in their order, each at least once: what it does must be safe to repeat, told
/// apart by the change's version. A change that cannot be handled for now is delivered again, with growing pauses, until it can be;
/// one that fails by itself is left aside after a few tries (<c>change_log_dead_letters</c>), so that those after it go on.
/// Key: the entity's id. Carry <see cref="ImplicitStreamSubscriptionAttribute"/>, and register a <see cref="ChangeInterest"/>.
/// </summary>
internal abstract partial class ChangeConsumerGrain(ChangeConsumerServices services)
    : Grain, IGrainWithStringKey, IStreamSubscriptionObserver, IAsyncBatchObserver<ChangeEvent>
{
    private const int Tries = 3;

    private long _handledVersion;
    private long _failedVersion;
    private int _failures;

    /// <summary>Name in metrics and among the changes left aside.</summary>
    protected abstract string Consumer { get; }

    /// <summary>Handles a change; ignores kinds that are not its own. Calls grains as <see cref="Caller.System"/>.</summary>
    protected abstract Task HandleAsync(ChangeEvent change);

    /// <summary>What an event says.</summary>
    protected static T Data<T>(ChangeEvent change, JsonTypeInfo<T> type) where T : class =>
        JsonSerializer.Deserialize(change.Data, type) ?? throw new FormatException("The event has no data.");

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<ChangeEvent>().ResumeAsync(this);

    public async Task OnNextAsync(IList<SequentialItem<ChangeEvent>> items)
    {
        Caller.Current = Caller.System;
        foreach (var item in items)
        {
            // What this activation has handled comes again when the rest of a delivery failed, or from another silo's hand.
            if (item.Item.Version > _handledVersion)
            {
                await HandleOrParkAsync(item.Item);
                _handledVersion = item.Item.Version;
            }
        }
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private async Task HandleOrParkAsync(ChangeEvent change)
    {
        services.Instruments.OnHandling(Consumer, services.Time.GetUtcNow() - change.At);
        try
        {
            await HandleAsync(change);
        }
        catch (Exception failure)
        {
            if (IsToBeTriedAgain(failure, change.Version))
            {
                throw; // The stream delivers it again, after a pause.
            }

            if (await services.Log.ParkAsync(Consumer, change, Reason(failure), services.Time.GetUtcNow(), CancellationToken.None))
            {
                services.Instruments.OnParked(Consumer);
                LogParked(services.Logger, failure, Consumer, change.Topic, change.Version);
            }
        }
    }

    private bool IsToBeTriedAgain(Exception failure, long version)
    {
        if (_failedVersion != version)
        {
            (_failedVersion, _failures) = (version, 0);
            LogDelayed(services.Logger, failure, Consumer, version, this.GetPrimaryKeyString());
        }

        return IsPassing(failure) || ++_failures < Tries;
    }

    /// <summary>Whether the same may go well a while later: somebody or something does not answer.</summary>
    internal static bool IsPassing(Exception failure) => failure switch
    {
        AppException refusal => refusal.Kind is ErrorKind.Unavailable or ErrorKind.TooMany,
        // Of a database's errors, only data and SQL are our own: classes 21 to 23 and 42.
        DbException database => database.SqlState is not ['2', '1' or '2' or '3', ..] and not ['4', '2', ..],
        _ => failure is OrleansException or TimeoutException or OperationCanceledException or IOException or SocketException,
    };

    // The type, not the message: that may hold what a user wrote.
    private static string Reason(Exception failure) =>
        failure is AppException refusal ? $"{refusal.Kind} {refusal.Code}" : failure.GetType().FullName!;

    [LoggerMessage(LogLevel.Warning, "{Consumer} cannot handle version {Version} of {Id} yet; trying on")]
    private static partial void LogDelayed(ILogger logger, Exception exception, string consumer, long version, string id);

    [LoggerMessage(LogLevel.Error, "{Consumer} cannot handle version {Version} of {Topic}: left aside, those after it go on")]
    private static partial void LogParked(ILogger logger, Exception exception, string consumer, string topic, long version);
}
