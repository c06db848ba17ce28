using Actors.Storage;

namespace Actors.Inboxes;

/// <summary>What the grain of an inbox remembers: the sum over its orders, each of which is a row of its own.</summary>
internal sealed record InboxState(string Id, long Unread, DateTimeOffset UpdatedAt, long Version) : IEntityState
{
    public static readonly Table<InboxState> Table = new Table<InboxState>("inboxes")
        .Key("id", s => s.Id)
        .Integer("version", s => s.Version)
        .Integer("unread", s => s.Unread)
        .Timestamp("updated_at", s => s.UpdatedAt);

    public static Task<InboxState?> LoadAsync(Database database, string id, CancellationToken cancellationToken) => database.RowsOf(id).FirstAsync(
        "select id, unread, updated_at, version from inboxes where id = @id",
        [("id", id)],
        row => new InboxState(row.GetString(0), row.GetInt64(1), row.GetTimestamp(2), row.GetInt64(3)),
        cancellationToken);
}

/// <summary>How one order's chat stands for one user.</summary>
/// <param name="UserId">The user.</param>
/// <param name="WorkOrderId">An order that he takes part in.</param>
/// <param name="SeenVersion">The order's version up to which its changes are contained: they may come again and change nothing.</param>
/// <param name="LastReadSequence">Everything up to this sequence is read.</param>
/// <param name="Unread">Messages of others after it that are not deleted.</param>
/// <param name="Handled">Changes applied one by one since the row was counted from the order's rows.</param>
/// <param name="UpdatedAt">When the last of them was made.</param>
internal sealed record InboxRow(
    string UserId, string WorkOrderId, long SeenVersion, long LastReadSequence, long Unread, long Handled, DateTimeOffset UpdatedAt)
{
    public static readonly Table<InboxRow> Table = new Table<InboxRow>("inbox_work_orders")
        .Key("user_id", r => r.UserId)
        .Key("work_order_id", r => r.WorkOrderId)
        .Integer("seen_version", r => r.SeenVersion)
        .Integer("last_read_sequence", r => r.LastReadSequence)
        .Integer("unread", r => r.Unread)
        .Integer("handled", r => r.Handled)
        .Timestamp("updated_at", r => r.UpdatedAt);
}
