using Actors.ChangeLog;
using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Inboxes;

/// <summary>What follows the changes of a running system, as its tests see it.</summary>
internal static class Following
{
    /// <summary>Waits until every change that is committed by now was handled.</summary>
    public static async Task UntilHandledAsync(this ActorsApp app)
    {
        var log = app.Services.GetRequiredService<IChangeLog>();
        for (var partition = 0; partition < ChangeLogLimits.Partitions; partition++)
        {
            var end = await FindEndAsync(log, partition);
            await Waiting.UntilAsync(
                async () => await log.LoadCheckpointAsync(ChangeStreams.Consumer, partition, TestContext.Current.CancellationToken) >= end,
                TimeSpan.FromSeconds(60),
                () => $"Partition {partition} was not handled up to {end}.");
        }
    }

    /// <summary>A place that no change is behind which is committed by now, also if one may not be read yet.</summary>
    private static async Task<LogCursor> FindEndAsync(IChangeLog log, int partition)
    {
        var end = await log.HeadAsync(partition, TestContext.Current.CancellationToken);
        await Waiting.UntilAsync(
            async () =>
            {
                var page = await log.ReadAsync(partition, end, ChangeLogLimits.MaxPage, TestContext.Current.CancellationToken);
                end = page.Changes.IsEmpty ? end : page.Changes[^1].Cursor;
                return !page.IsPending && page.Changes.Length < ChangeLogLimits.MaxPage;
            },
            TimeSpan.FromSeconds(60),
            () => $"Partition {partition} has no end.");
        return end;
    }

    /// <summary>A user's inbox, asked by himself.</summary>
    public static Task<Inbox> InboxAsync(this ActorsApp app, ActorsClient user) =>
        app.AsAsync(new() { UserId = user.UserId }, grains => grains.GetGrain<IInboxGrain>(user.UserId).Get(TestContext.Current.CancellationToken));

    /// <summary>Calls grains as somebody.</summary>
    public static async Task<T> AsAsync<T>(this ActorsApp app, Caller caller, Func<IGrainFactory, Task<T>> call)
    {
        Caller.Current = caller;
        return await call(app.Services.GetRequiredService<IGrainFactory>());
    }
}
