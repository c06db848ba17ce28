using System.Collections.Immutable;
using System.Data.Common;
using Actors.ChangeLog;
using Actors.Storage;

namespace Actors.Inboxes;

/// <summary>
/// One user's inbox. Key: the user's id. Owns: the total is the sum of the orders' unread messages; each change of an order counts
/// once. The effect, the version up to which changes are contained, and the event are one commit. Durable once a method returns.
/// </summary>
internal sealed class InboxGrain(EntityServices services) : EntityGrain<InboxState>(services), IInboxGrain, IInboxUpdates
{
    /// <summary>Rows kept in memory: those of the chats that are going on.</summary>
    private const int RowsInMemory = 64;

    private readonly Dictionary<string, InboxRow> _rows = new(StringComparer.Ordinal);

    protected override string Topic => InboxEvents.Topic(Id);

    protected override Table<InboxState> Root => InboxState.Table;

    public async Task<Inbox> Get(CancellationToken cancellationToken)
    {
        EnsureVisible();
        // Rows that are newer than the version are told again by the events after it, which say what is, not what was added.
        var (version, total) = (State?.Version ?? 0, State?.Unread ?? 0);
        return new() { Version = version, Total = total, WorkOrders = await InboxRows.ListUnreadAsync(Database, Id, cancellationToken) };
    }

    public Task<TopicPage> ReadChanges(long? after, int limit, CancellationToken cancellationToken)
    {
        EnsureVisible();
        return ReadChangesAsync(after, limit, cancellationToken);
    }

    public Task Apply(InboxChange change) => UpdateAsync(async () =>
    {
        var row = await FindAsync(change.WorkOrderId);
        var start = row ?? await InboxRows.CountAsync(Database, Id, change.WorkOrderId, change.At);
        await ReplaceAsync(change.WorkOrderId, row, start is null ? null : InboxRules.Apply(start, change));
    });

    public Task Recount(ImmutableArray<string> workOrderIds) => UpdateAsync(async () =>
    {
        foreach (var workOrderId in workOrderIds)
        {
            var row = await FindAsync(workOrderId);
            var counted = await InboxRows.CountAsync(Database, Id, workOrderId, Now);
            await ReplaceAsync(workOrderId, row, InboxRules.Recount(row, counted));
        }
    });

    protected override Task<InboxState?> LoadAsync(CancellationToken cancellationToken) =>
        InboxState.LoadAsync(Database, Id, cancellationToken);

    protected override ImmutableArray<string> Audience(InboxState state) => [Actors.Audience.User(state.Id)];

    protected override AppException Refusal(string? constraint) =>
        new(ErrorKind.Rule, "REFUSED_BY_STORE", $"The store refused the change of an inbox ({constraint}).");

    private async Task ReplaceAsync(string workOrderId, InboxRow? before, InboxRow? after)
    {
        await ExecuteAsync(() => InboxRules.Replace(State, Id, before, after, Now), _ => true);
        Remember(workOrderId, after);
        if (before is null && after is not null && await InboxRows.CountAsync(Database, Id, workOrderId, Now) is null)
        {
            // The order went since it was counted, and who told the inboxes so may not have found this row.
            await ReplaceAsync(workOrderId, after, null);
        }
    }

    private async Task<InboxRow?> FindAsync(string workOrderId)
    {
        if (!_rows.TryGetValue(workOrderId, out var row))
        {
            row = await InboxRows.FindAsync(Database, Id, workOrderId);
            Remember(workOrderId, row);
        }

        return row;
    }

    private void Remember(string workOrderId, InboxRow? row)
    {
        if (row is null)
        {
            _rows.Remove(workOrderId);
            return;
        }

        if (_rows.Count >= RowsInMemory)
        {
            _rows.Clear();
        }

        _rows[workOrderId] = row;
    }

    private void EnsureVisible()
    {
        if (Caller.Current is not { } caller || !Permissions.Allows(caller, Permission.SeeUser, caller.UserId == Id ? Relation.Own : Relation.None))
        {
            throw new AppException(ErrorKind.NotFound, "USER_NOT_FOUND", "There is no such user.");
        }
    }

    /// <summary>For the system alone; and no driver's exception leaves the grain for what may go well a while later.</summary>
    private static async Task UpdateAsync(Func<Task> update)
    {
        if (Caller.Current != Caller.System)
        {
            throw Errors.Forbidden("Only the system updates inboxes.");
        }

        try
        {
            await update();
        }
        catch (DbException failure) when (ChangeConsumerGrain.IsPassing(failure))
        {
            throw Errors.Unavailable("The inbox's rows cannot be read at the moment.");
        }
    }
}
