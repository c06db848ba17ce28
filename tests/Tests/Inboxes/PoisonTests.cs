using System.Collections.Immutable;
using System.Data.Common;
using Actors.ChangeLog;
using Actors.Infrastructure;
using Actors.Storage;
using Actors.WorkOrders;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Inboxes;

/// <summary>Changes that this program would not write, on every store.</summary>
public abstract class PoisonTests : HttpTests
{
    [Fact]
    public async Task A_change_that_cannot_be_handled_is_left_aside_and_those_after_it_go_on()
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await OrderWithEventAsync(owner, worker, WorkOrderEvents.MessageSent, """{"messageId":{},"sequence":"first"}""");

        await owner.SayAsync(id, "after it");
        await App.UntilHandledAsync();

        var letter = Assert.Single(await DeadLettersAsync($"work-orders/{id}"));
        Assert.Equal(("inboxes", 1L, "System.Text.Json.JsonException"), letter);
        var inbox = await App.InboxAsync(worker);
        Assert.Equal((1L, id), (inbox.Total, Assert.Single(inbox.WorkOrders).WorkOrderId));
    }

    [Theory]
    [InlineData(WorkOrderEvents.MessagesRead, """{"userId":"USER","sequence":1}""")]
    [InlineData(WorkOrderEvents.StepChanged, """{"stepCodes":["cut"],"orderStatus":"in_progress"}""")]
    public async Task An_event_of_an_older_program_makes_the_inbox_count_anew(string kind, string data)
    {
        var (owner, worker) = (await App.RegisterAsync(), await App.RegisterAsync());
        var id = await OrderWithEventAsync(owner, worker, kind, data.Replace("USER", worker.UserId, StringComparison.Ordinal));

        await App.UntilHandledAsync();

        Assert.Empty(await DeadLettersAsync($"work-orders/{id}"));
        Assert.Equal((1L, 0L), ((await App.InboxAsync(worker)).Version, (await App.InboxAsync(worker)).Total));
    }

    [Theory]
    [InlineData(ErrorKind.Unavailable, true)]
    [InlineData(ErrorKind.TooMany, true)]
    [InlineData(ErrorKind.Rule, false)]
    [InlineData(ErrorKind.Conflict, false)]
    public void Only_refusals_that_may_pass_are_waited_for(ErrorKind kind, bool isPassing) =>
        Assert.Equal(isPassing, ChangeConsumerGrain.IsPassing(new AppException(kind, "CODE", "Message.")));

    [Fact]
    public void Whoever_does_not_answer_is_waited_for_and_a_fault_of_our_own_is_not()
    {
        Assert.True(ChangeConsumerGrain.IsPassing(new TimeoutException()));
        Assert.True(ChangeConsumerGrain.IsPassing(new OrleansException("The silo is gone.")));
        Assert.True(ChangeConsumerGrain.IsPassing(new Npgsql.NpgsqlException("The connection broke.")));
        Assert.True(ChangeConsumerGrain.IsPassing(new Npgsql.PostgresException("Shutting down.", "FATAL", "FATAL", "57P01")));
        Assert.False(ChangeConsumerGrain.IsPassing(new Npgsql.PostgresException("No such column.", "ERROR", "ERROR", "42703")));
        Assert.False(ChangeConsumerGrain.IsPassing(new FormatException()));
        Assert.False(ChangeConsumerGrain.IsPassing(new InvalidOperationException()));
    }

    /// <summary>An order with a worker, whose first event is one that this program does not write.</summary>
    private async Task<string> OrderWithEventAsync(ActorsClient owner, ActorsClient worker, string kind, string data)
    {
        var id = Ids.New(TimeProvider.System.GetUtcNow());
        var state = new WorkOrderBuilder().With(o => o with { Id = id, Code = id, OwnerId = owner.UserId, TargetFactoryId = null }).Build();
        var step = new WorkOrderStep
        {
            Id = $"{id}-cut",
            StepCode = "cut",
            StepName = "cut",
            ExpectedQuantity = 1,
            Status = StepStatus.Pending,
            AssigneeId = worker.UserId,
        };
        var foreign = new ChangeEvent
        {
            Topic = WorkOrderEvents.Topic(id),
            Version = 1,
            Kind = kind,
            Data = data,
            Actor = owner.UserId,
            At = TimeProvider.System.GetUtcNow(),
            Audience = [Audience.User(worker.UserId)],
        };
        var outcome = await App.Services.GetRequiredService<ICommitStore>().CommitAsync(new Commit
        {
            Id = id,
            ExpectedVersion = 0,
            Root = WorkOrderState.Table.Insert(state),
            Rows = [StepRow.Table.Insert(new StepRow(id, 0, step)), ChangeLogRows.Table.Insert(foreign)],
        });
        Assert.Equal(CommitOutcome.Committed, outcome);
        return id;
    }

    private Task<ImmutableArray<(string, long, string)>> DeadLettersAsync(string topic) =>
        App.Services.GetRequiredService<Database>().ListAsync(
            "select consumer, version, reason from change_log_dead_letters where topic = @topic",
            [("topic", topic)],
            (DbDataReader row) => (row.GetString(0), row.GetInt64(1), row.GetString(2)),
            TestContext.Current.CancellationToken);
}

/// <inheritdoc />
public sealed class PoisonOnSqliteTests(SharedApps apps) : PoisonTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnSqliteAsync();
}

/// <inheritdoc />
public sealed class PoisonOnPostgresTests(SharedApps apps, PostgresServer server) : PoisonTests
{
    protected override Task<ActorsApp> StartAsync() => apps.OnPostgresAsync(server);
}
