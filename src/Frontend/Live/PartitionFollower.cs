namespace Actors.Live;

/// <summary>
/// Follows one partition of the change log, while anybody in this process watches it, and hands each change to those who watch its
/// topic, or the list that the topic is a member of. One long poll on the partition's tail serves them all.
/// </summary>
internal sealed partial class PartitionFollower(
    int partition, IGrainFactory grains, TimeProvider time, IHostApplicationLifetime host, ILogger<PartitionFollower> logger)
{
    private const int PageSize = 500;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Watch>> _watches = new(StringComparer.Ordinal);

    /// <summary>Where the follower began; null while nobody watches.</summary>
    private TaskCompletionSource<LogCursor>? _started;

    private LogCursor _position;

    /// <summary>Adds a watch for a topic (<c>work-orders/7</c>) or for all members of a list (<c>work-orders</c>).</summary>
    /// <returns>The place in the partition after which the watch gets every change.</returns>
    public async Task<LogCursor> AddAsync(Watch watch, string topic, CancellationToken cancellationToken)
    {
        Task<LogCursor> started;
        lock (_gate)
        {
            if (!_watches.TryGetValue(topic, out var watches))
            {
                _watches.Add(topic, watches = []);
            }

            watches.Add(watch);
            watch.OnDispose(() => Remove(watch, topic));
            if (_started is null)
            {
                _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
                Start();
            }
            else if (_started.Task.IsCompleted)
            {
                return _position;
            }

            started = _started.Task;
        }

        try
        {
            return await started.WaitAsync(LongestStart, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Errors.Unavailable("The change log cannot be followed at the moment.");
        }
    }

    private void Remove(Watch watch, string topic)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(topic, out var watches) && watches.Remove(watch) && watches.Count == 0)
            {
                _watches.Remove(topic);
            }
        }
    }

    private void Start()
    {
        // The loop is nobody's request: it must not carry the caller of the one that started it.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(FollowAsync);
        }
    }

    private async Task FollowAsync()
    {
        var tail = grains.GetGrain<ITailGrain>(partition);
        var isDown = false;
        while (!host.ApplicationStopping.IsCancellationRequested)
        {
            try
            {
                if (!_started!.Task.IsCompleted)
                {
                    Begin(await tail.Head());
                }

                var page = await tail.Read(_position, PageSize, ChangeLogLimits.LongestWait, CancellationToken.None);
                isDown = false;
                if (!Deliver(page))
                {
                    return;
                }
            }
#pragma warning disable CA1031 // whatever the cluster throws, the follower comes back, at the same place
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!isDown)
                {
                    LogCannotFollow(failure, partition);
                }

                isDown = true;
                await Task.Delay(AfterFailure, time, host.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Begin(LogCursor head)
    {
        lock (_gate)
        {
            _position = head;
            _started!.SetResult(head);
        }
    }

    /// <summary>Hands a page out; false if nobody watches any more and the follower has ended.</summary>
    private bool Deliver(TailPage page)
    {
        lock (_gate)
        {
            foreach (var logged in page.Changes)
            {
                Deliver(logged);
            }

            _position = page.Next;
            if (page.IsLost)
            {
                LogLost(partition);
                foreach (var watch in _watches.Values.SelectMany(watches => watches))
                {
                    watch.Cut(Watch.Interrupted);
                }

                _watches.Clear();
            }

            if (_watches.Count > 0)
            {
                return true;
            }

            _started = null;
            return false;
        }
    }

    private void Deliver(LoggedChange logged)
    {
        var topic = logged.Change.Topic;
        LiveChange? change = null;
        if (_watches.TryGetValue(topic, out var watches))
        {
            Offer(watches);
        }

        if (_watches.TryGetValue(topic[..topic.IndexOf('/', StringComparison.Ordinal)], out var lists))
        {
            Offer(lists);
        }

        void Offer(List<Watch> to)
        {
            change ??= new LiveChange(partition, logged);
            foreach (var watch in to)
            {
                watch.Offer(change);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Partition {Partition} of the change log cannot be followed; trying on")]
    private partial void LogCannotFollow(Exception exception, int partition);

    [LoggerMessage(LogLevel.Warning, "The place in partition {Partition} of the change log is lost; its watchers begin anew")]
    private partial void LogLost(int partition);
}
