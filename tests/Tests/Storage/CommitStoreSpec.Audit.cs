using System.Data.Common;
using Actors.Audit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static Actors.Storage.SpecTables;

namespace Actors.Storage;

public abstract partial class CommitStoreSpec
{
    [Fact]
    public async Task An_audit_entry_rides_in_the_commit_it_tells_of_or_is_one_itself_and_falls_with_a_commit_that_fails()
    {
        var outcomes = await WriteTogetherAsync(
            New(Named("a"), AuditRows.Table.Insert(AuditEntryOf("1", Order.Noon))),
            new Commit { Id = "2", ExpectedVersion = 0, Root = AuditRows.Table.Insert(AuditEntryOf("2", Order.Noon)) },
            Next(Named("never-there") with { Version = 2 }, expected: 1, AuditRows.Table.Insert(AuditEntryOf("3", Order.Noon))));

        Assert.Equal([CommitStatus.Committed, CommitStatus.Committed, CommitStatus.Conflict], outcomes);
        Assert.Equal(["1", "2"], await Database.ListAsync("select id from audit_logs order by id", [], row => row.GetString(0), Cancellation));
    }

    [Fact]
    public async Task Audit_entries_are_forgotten_after_their_time_in_batches()
    {
        var time = new FakeTimeProvider(Order.Noon);
        await ExecuteAsync(
            """
            insert into audit_logs (id, version, at, actor_type, action, entity_type, entity_id, changes)
            with recursive n (i) as (select 1 union all select i + 1 from n where i < 1005)
            select 'old-' || i, 1, '2026-01-01 11:00:00+00:00', 'system', 'a', 'b', 'c', '{}' from n
            """);
        await CommitAsync(New(Named("a"), AuditRows.Table.Insert(AuditEntryOf("kept", Order.Noon.AddDays(-30)))));
        var sweeper = new AuditSweeper(
            Services.GetRequiredService<DbDataSource>(),
            Options.Create(new AuditOptions { Retention = TimeSpan.FromDays(30) }),
            time,
            NullLogger<AuditSweeper>.Instance);

        Assert.Equal(1_005, await sweeper.SweepAsync(Cancellation));

        Assert.Equal(1, await CountAsync("select count(*) from audit_logs"));
    }

    private static AuditEntry AuditEntryOf(string id, DateTimeOffset at) =>
        new() { Id = id, At = at, Action = "a", EntityType = "b", EntityId = "c", Changes = "{}" };
}
