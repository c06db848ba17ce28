namespace Actors.Bench;

/// <summary>Whether those who begin to watch while changes happen, or break off and come back, miss one or see one twice.</summary>
internal sealed class ResumeLook(Uri server, string token, LiveBenchOptions options)
{
    private const int Orders = 8;
    private const int WatchersAtOnce = 32;
    private const int PerSecond = 50; // messages of each order
    private const int EventsOfTrial = 3;
    private const int MostEventsOfStay = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Prints what was found; returns whether all was right.</summary>
    public async Task<bool> RunAsync(string system)
    {
        var orders = new List<Order>();
        using (var connection = new HttpConnection(server))
        {
            orders.AddRange(Enumerable.Range(0, Orders).Select(_ => Order.Create(connection, server, token)));
        }

        var writers = orders.ConvertAll(order => Writer.Start(server, [order], PerSecond));
        try
        {
            var faults = await SubscribeAsync(orders);
            var (seen, gaps) = await ReconnectAsync(orders[0], () => writers[0].Stop());
            writers.ForEach(w => w.Stop());
            Console.WriteLine($"{system}: {options.Trials} subscriptions while changes happened: {faults} missed or repeated one");
            Console.WriteLine($"{system}: {options.Reconnects} reconnections with Last-Event-ID: {seen} changes seen, {gaps} missed or repeated");
            return faults == 0 && gaps == 0;
        }
        finally
        {
            writers.ForEach(w => w.Dispose());
        }
    }

    private async Task<int> SubscribeAsync(List<Order> orders)
    {
        var faults = 0;
        await Parallel.ForAsync(0, options.Trials, new ParallelOptions { MaxDegreeOfParallelism = WatchersAtOnce }, async (trial, _) =>
        {
            var order = orders[trial % orders.Count];
            using var late = new CancellationTokenSource(Deadline);
            using var watcher = await Watcher.OpenAsync(order, after: null, late.Token);
            var first = order.Started + 1; // is sent after the server said yes: it must come; one before it may
            long? before = null;
            for (var i = 0; i < EventsOfTrial; i++)
            {
                var told = await NextAsync(watcher, late);
                if (told is null || (before is null ? told.Value.Sequence > first : told.Value.Sequence != before + 1))
                {
                    Interlocked.Increment(ref faults);
                    return;
                }

                before = told.Value.Sequence;
            }
        });
        return faults;
    }

    private async Task<(long Seen, long Gaps)> ReconnectAsync(Order order, Action stopWriting)
    {
        string? after = null;
        long seen = 0, gaps = 0, before = 0;
        for (var stay = 0; stay <= options.Reconnects; stay++)
        {
            using var late = new CancellationTokenSource(Deadline);
            using var watcher = await Watcher.OpenAsync(order, after, late.Token);
            var isLast = stay == options.Reconnects;
            if (isLast)
            {
                stopWriting(); // what is there now is all there will be
            }

            // Breaks off in the middle: what is under way then is lost and must come again.
            for (var events = Random.Shared.Next(1, MostEventsOfStay + 1); isLast ? before < order.Started : events > 0; events--)
            {
                if (await NextAsync(watcher, late) is not { } told)
                {
                    return (seen, gaps + 1);
                }

                gaps += after is null || told.Sequence == before + 1 ? 0 : 1;
                (after, before, seen) = (told.Id, told.Sequence, seen + 1);
            }
        }

        return (seen, gaps);
    }

    private static async Task<Told?> NextAsync(Watcher watcher, CancellationTokenSource late)
    {
        try
        {
            return await watcher.NextAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            return null; // it should have been here long ago
        }
    }
}
