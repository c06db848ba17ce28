using Actors.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.ChangeLog;

/// <summary>The tail of a partition, in the running system.</summary>
public sealed class TailGrainTests(SharedApps apps)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_follower_of_the_tail_gets_each_change_of_a_topic_once_and_in_order()
    {
        var cancel = TestContext.Current.CancellationToken;
        var app = await apps.OnSqliteAsync();
        var user = await app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        var topic = $"work-orders/{id}";
        var tail = app.Services.GetRequiredService<IGrainFactory>().GetGrain<ITailGrain>(ChangeLogLimits.PartitionOf(topic));
        var cursor = default(LogCursor);
        var versions = new List<long>();

        // The first two are older than the tail, which begins at the log's end; the others come while it is followed.
        var reports = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.ReportAsync(id, "cut", 1)));
        await Waiting.UntilAsync(
            async () =>
            {
                var page = await tail.Read(cursor, 3, Wait, cancel);
                cursor = page.Next;
                versions.AddRange(page.Changes.Where(c => c.Change.Topic == topic).Select(c => c.Change.Version));
                return versions.Count >= 10;
            },
            TimeSpan.FromSeconds(30),
            () => $"Only versions {string.Join(' ', versions)}.");
        await reports;

        Assert.Equal(Enumerable.Range(1, 10).Select(v => (long)v), versions);
    }

    [Fact]
    public async Task Whoever_has_everything_waits_and_is_told_of_nothing()
    {
        await using var app = new ActorsApp();
        var tail = app.Services.GetRequiredService<IGrainFactory>().GetGrain<ITailGrain>(0);
        var head = await tail.Head();

        var page = await tail.Read(head, 10, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);

        Assert.Equal((0, head, false), (page.Changes.Length, page.Next, page.IsLost));
    }

    [Fact]
    public async Task A_cursor_that_the_log_never_reached_is_lost()
    {
        var app = await apps.OnSqliteAsync();
        var tail = app.Services.GetRequiredService<IGrainFactory>().GetGrain<ITailGrain>(0);

        var page = await tail.Read(new LogCursor(0, long.MaxValue), 10, TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Equal((0, true), (page.Changes.Length, page.IsLost));
    }
}
