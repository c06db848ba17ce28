using System.Globalization;
using Orleans.Runtime.Providers;
using Orleans.Streams;

namespace Actors.ChangeLog;

/// <summary>
/// An Orleans stream provider over the change log: one queue a partition, one stream an entity, and grains that follow them by
/// implicit subscription. Nobody writes to it: changes are written by commits.
/// </summary>
/// <remarks>
/// Not rewindable: consumers know by the changes' versions what they have had, so nothing is won by the tokens that agent and consumer of
/// a rewindable stream would agree on first; and every agent begins at the checkpoint.
/// </remarks>
internal sealed class ChangeStreams : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    /// <summary>Name of the provider.</summary>
    public const string ProviderName = "changes";

    /// <summary>Name of the checkpoints, on behalf of every grain that follows changes.</summary>
    public const string Consumer = "streams";

    private readonly IServiceProvider _services;
    private readonly HashRingBasedPartitionedStreamQueueMapper _queues;

    public ChangeStreams(IServiceProvider services, string name)
    {
        _services = services;
        Name = name;
        _queues = new([.. Enumerable.Range(0, ChangeLogLimits.Partitions).Select(p => p.ToString(CultureInfo.InvariantCulture))], name);
    }

    public string Name { get; }

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => _queues;

    // Never called for grains: a delivery is tried until it succeeds.
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new ChangeReceiver(
        _services.GetRequiredService<IChangeLog>(),
        _services.GetRequiredService<ChangeInterests>(),
        int.Parse(_queues.QueueToPartition(queueId), CultureInfo.InvariantCulture),
        _services.GetRequiredService<TimeProvider>(),
        _services.GetRequiredService<ILogger<ChangeReceiver>>());

    public IQueueCache CreateQueueCache(QueueId queueId) => new ChangeQueueCache();

    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("A change is written by the commit that makes it.");
}

/// <summary>Adds the streams to a silo.</summary>
internal static class ChangeStreamsHosting
{
    public static ISiloBuilder AddChangeStreams(this ISiloBuilder silo)
    {
        // What the streams have not passed must not be dropped from the log.
        silo.Services.AddSingleton(new LogConsumer(ChangeStreams.Consumer));
        return silo.AddPersistentStreams(
            ChangeStreams.ProviderName,
            (services, name) => new ChangeStreams(services, name),
            streams =>
            {
                streams.ConfigurePullingAgent(agent => agent.Configure(options =>
                {
                    // The receiver waits for signals itself; this is the pause between two calls of it.
                    options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(2);
                    options.BatchContainerBatchSize = 1;
                    options.MaxEventDeliveryTime = Timeout.InfiniteTimeSpan;
                    // The agent looks at all streams it knows before each read.
                    options.StreamInactivityPeriod = TimeSpan.FromMinutes(5);
                }));
                streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
                streams.ConfigureBackoffProvider((_, _) => new DeliveryPauses());
            });
    }
}

/// <summary>Pauses between deliveries of a batch that its consumer did not take: from a tenth of a second, doubling to five seconds.</summary>
internal sealed class DeliveryPauses : IMessageDeliveryBackoffProvider
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public TimeSpan Next(int attempt) => attempt > 5 ? Longest : Shortest * (1 << Math.Max(0, attempt));
}
