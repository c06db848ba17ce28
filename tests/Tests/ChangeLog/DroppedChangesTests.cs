using System.Data.Common;
using System.Net;
using Actors.Inboxes;
using Actors.Infrastructure;
using Actors.WorkOrders;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Actors.ChangeLog;

/// <summary>What grains say of changes that are not in the log any more, in the running system, on every store.</summary>
public abstract class DroppedChangesTests : IAsyncLifetime
{
    private static readonly TimeSpan NoWait = TimeSpan.Zero;

    private ActorsApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    protected abstract Task<ActorsApp> StartAsync();

    public async ValueTask InitializeAsync() => _app = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_tail_tells_who_lacks_dropped_changes_and_gives_the_others_every_one()
    {
        var user = await _app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        var topic = $"work-orders/{id}";
        var tail = Grains.GetGrain<ITailGrain>(ChangeLogLimits.PartitionOf(topic));
        var last = await HeadAsync(tail, topic, 2);
        await DropAsync();
        await user.ReportAsync(id, "cut", 1);
        await HeadAsync(tail, topic, 3, last);

        var old = await tail.Read(default, 10, NoWait, Cancellation);
        var present = await tail.Read(last, 10, NoWait, Cancellation);

        Assert.Equal((0, true), (old.Changes.Length, old.IsLost));
        Assert.False(present.IsLost);
        Assert.Equal([(topic, 3L)], present.Changes.Select(c => (c.Change.Topic, c.Change.Version)));
    }

    [Fact]
    public async Task A_tail_that_begins_when_everything_was_dropped_gives_what_comes()
    {
        var user = await _app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        var topic = $"work-orders/{id}";
        await DropAsync();
        var tail = Grains.GetGrain<ITailGrain>(ChangeLogLimits.PartitionOf(topic));
        var head = await tail.Head();
        Assert.NotEqual(default, head);

        await user.ReportAsync(id, "cut", 1);

        await HeadAsync(tail, topic, 3, head);
        Assert.True((await tail.Read(default, 10, NoWait, Cancellation)).IsLost);
    }

    [Fact]
    public async Task A_tail_that_the_log_was_dropped_behind_tells_its_followers()
    {
        var user = await _app.RegisterAsync();
        var topic = $"work-orders/{await user.CreateReleasedWorkOrderAsync("cut")}";
        var tail = Grains.GetGrain<ITailGrain>(ChangeLogLimits.PartitionOf(topic));
        var head = await HeadAsync(tail, topic, 2);

        // As if changes had come and gone while the tail could not read.
        await ExecuteAsync(Source is NpgsqlDataSource
            ? $"insert into change_log_horizons values ({ChangeLogLimits.PartitionOf(topic)}, '{head.Transaction}', {head.Position + 1})"
            : $"insert into change_log_horizons values ({ChangeLogLimits.PartitionOf(topic)}, {head.Position + 1})");

        await Waiting.UntilAsync(
            async () => (await tail.Read(head, 10, ChangeLogLimits.LongestWait, Cancellation)).IsLost,
            TimeSpan.FromSeconds(30),
            () => "The tail says nothing.");
        Assert.Equal(head.Position + 1, (await tail.Head()).Position);
    }

    [Fact]
    public async Task An_entity_tells_who_lacks_dropped_changes_and_gives_the_others_every_one()
    {
        var user = await _app.RegisterAsync();
        var id = await user.CreateReleasedWorkOrderAsync("cut");
        await DropAsync();
        for (var i = 0; i < 3; i++)
        {
            await user.ReportAsync(id, "cut", 1);
        }

        Caller.Current = new Caller { UserId = user.UserId };
        var order = Grains.GetGrain<IWorkOrderGrain>(id);
        Assert.Equal((0, 5L, true), Told(await order.ReadChanges(0, 10, Cancellation)));
        Assert.Equal((0, 5L, true), Told(await order.ReadChanges(1, 10, Cancellation)));
        Assert.Equal((3, 5L, false), Told(await order.ReadChanges(2, 10, Cancellation)));

        // Not by age, but whatever makes a gap, it is not passed over.
        await ExecuteAsync($"delete from change_events where topic = 'work-orders/{id}' and version = 4");
        Assert.Equal((0, 5L, true), Told(await order.ReadChanges(2, 10, Cancellation)));

        static (int, long, bool) Told(TopicPage page) => (page.Changes.Length, page.Version, page.IsTooOld);
    }

    [Fact]
    public async Task An_order_that_was_deleted_another_day_does_not_begin_again_while_the_log_knows_it()
    {
        var user = await _app.RegisterAsync();
        var id = await user.CreateWorkOrderAsync("cut");
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{id}")).Expect(HttpStatusCode.OK);
        await LogAge.GoBackAsync(Source, 3, Cancellation);

        // Over HTTP the same id is only made again from the same key, whose record answers.
        Caller.Current = new Caller { UserId = user.UserId };
        var refused = await Assert.ThrowsAsync<AppException>(() => Grains.GetGrain<IWorkOrderGrain>(id).Create(
            new CreateWorkOrder { Title = "again", TargetQuantity = 1 }));

        Assert.Equal("WORK_ORDER_EXISTS", refused.Code);
    }

    [Fact]
    public async Task A_create_that_is_repeated_after_the_deletion_gets_the_answer_of_the_first_time()
    {
        var user = await _app.RegisterAsync();
        var first = (await CreateAsync()).Expect(HttpStatusCode.Created);
        await user.SendAsync(HttpMethod.Delete, $"/api/v1/work-orders/{first.Data.GetProperty("id").GetString()}");
        await LogAge.GoBackAsync(Source, 3, Cancellation);

        Assert.Equal(first.Text, (await CreateAsync()).Text);

        Task<Answer> CreateAsync() => user.SendAsync(
            HttpMethod.Post, "/api/v1/work-orders", ActorsClient.NewWorkOrder("cut"), ("Idempotency-Key", "k"));
    }

    private DbDataSource Source => _app.Services.GetRequiredService<DbDataSource>();

    /// <summary>Follows the tail from a place until it has given a version of the topic; where it stands then.</summary>
    private static async Task<LogCursor> HeadAsync(ITailGrain tail, string topic, long version, LogCursor after = default)
    {
        var cursor = after;
        await Waiting.UntilAsync(
            async () =>
            {
                var page = await tail.Read(cursor, 100, ChangeLogLimits.LongestWait, Cancellation);
                Assert.False(page.IsLost);
                cursor = page.Next;
                return page.Changes.Any(c => c.Change.Topic == topic && c.Change.Version == version);
            },
            TimeSpan.FromSeconds(30),
            () => $"The tail did not come to version {version}.");
        return cursor;
    }

    /// <summary>Days go by, and what is over its time is dropped.</summary>
    private async Task DropAsync()
    {
        await LogAge.GoBackAsync(Source, 9, Cancellation);
        await _app.UntilHandledAsync(); // what consumers have not passed stays
        await _app.Services.GetRequiredService<LogRetention>().SweepAsync(Cancellation);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}

/// <inheritdoc />
public sealed class DroppedChangesOnSqliteTests : DroppedChangesTests
{
    protected override Task<ActorsApp> StartAsync() => Task.FromResult(new ActorsApp());
}

/// <inheritdoc />
public sealed class DroppedChangesOnPostgresTests(PostgresServer server) : DroppedChangesTests
{
    protected override async Task<ActorsApp> StartAsync() => new(await server.CreateDatabaseAsync());
}
