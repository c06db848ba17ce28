using System.Data.Common;
using Actors.Storage;
using Actors.Users;
using Actors.WorkOrders;
using Orleans.Serialization;

namespace Actors.Bench;

/// <summary>A commit store over the product's schema.</summary>
internal sealed class CommitStoreCandidate(
    string name, ICommitStore store, DbDataSource reader, Migrator migrator, int orders, Serializer serializer) : Candidate(name)
{
    private const int CommitsToMakeAnOrder = 2;

    private readonly Order[] _orders = [.. Enumerable.Range(0, orders).Select(_ => new Order(Ids.New(TimeProvider.System.GetUtcNow()), serializer))];

    public override async Task PrepareAsync()
    {
        await migrator.MigrateAsync();
        var now = TimeProvider.System.GetUtcNow();
        var owner = new User { Id = "owner", Email = "owner@example.org", CreatedAt = now, UpdatedAt = now };
        await CommitAsync(new Commit
        {
            Id = owner.Id,
            ExpectedVersion = 0,
            Root = UserState.Table.Insert(new UserState(owner, "", 1)),
        });
        await ForEachAsync(_orders.Length, async index =>
        {
            var order = _orders[index];
            await CommitAsync(order, order.Create(), hasKey: false);
            await CommitAsync(order, order.Release(), hasKey: false);
        });
    }

    public override async Task<string?> FindFaultAsync()
    {
        var sums = await new Database(reader).FirstAsync(
            """
            select cast((select sum(version) from work_orders) as bigint),
                   (select count(*) from change_events),
                   (select count(*) from work_order_progress_logs),
                   (select count(*) from idempotency_keys),
                   cast((select sum(completed_quantity) from work_order_steps) as bigint)
            """,
            [],
            row => Enumerable.Range(0, row.FieldCount).Select(row.GetInt64).ToArray());
        var commits = Reports + (CommitsToMakeAnOrder * _orders.Length);
        long[] expected = [commits, commits, Reports, Reports, Reports];
        return sums!.SequenceEqual(expected)
            ? null
            : $"versions, events, logs, keys, pieces are {string.Join(", ", sums!)}; acknowledged were {string.Join(", ", expected)}";
    }

    public override async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)store).DisposeAsync();
        await reader.DisposeAsync();
    }

    protected override Task WriteReportAsync(int order) => CommitAsync(_orders[order], _orders[order].Report(), hasKey: true);

    private async Task CommitAsync(Order order, Change<WorkOrderState> change, bool hasKey)
    {
        await CommitAsync(order.Commit(change, hasKey));
        order.Accept(change);
    }

    private async Task CommitAsync(Commit commit)
    {
        var outcome = await store.CommitAsync(commit);
        if (outcome.Status != CommitStatus.Committed)
        {
            throw new InvalidOperationException($"{Name}: a commit ended as {outcome}.");
        }
    }
}
