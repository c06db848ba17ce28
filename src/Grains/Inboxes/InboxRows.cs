using System.Collections.Immutable;
using System.Data.Common;
using Actors.Storage;
using Actors.WorkOrders;

namespace Actors.Inboxes;

/// <summary>Reads the rows of inboxes, and the rows of orders that they are made from.</summary>
internal static class InboxRows
{
    private const string Columns = "user_id, work_order_id, seen_version, last_read_sequence, unread, handled, updated_at";

    public static Task<InboxRow?> FindAsync(Database database, string userId, string workOrderId) => database.RowsOf(userId).FirstAsync(
        $"select {Columns} from inbox_work_orders where user_id = @user and work_order_id = @order",
        [("user", userId), ("order", workOrderId)],
        Read);

    public static Task<ImmutableArray<ReadState>> ListUnreadAsync(Database database, string userId, CancellationToken cancellationToken) =>
        database.RowsOf(userId).ListAsync(
            """
            select work_order_id, last_read_sequence, unread from inbox_work_orders
            where user_id = @user and unread > 0 order by updated_at desc, work_order_id limit @limit
            """,
            [("user", userId), ("limit", WorkOrderLimits.UnreadOrders)],
            row => new ReadState(row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
            cancellationToken);

    /// <summary>
    /// The row as the order's own rows have it, or null if the user takes no part in the order: he does if he owns it, works on it, or
    /// has read its chat and may still see it (as in <see cref="IWorkOrderQueriesGrain.Unread"/>). One statement sees one moment, so all
    /// changes up to the version are contained, and none after it.
    /// </summary>
    public static Task<InboxRow?> CountAsync(Database database, string userId, string workOrderId, DateTimeOffset now) => database.RowsOf(userId).FirstAsync(
        """
        select w.version, coalesce(c.last_read_sequence, 0), (
            select count(*) from work_order_messages m
            where m.work_order_id = w.id and m.created_by <> @user and m.deleted_at is null
              and m.sequence > coalesce(c.last_read_sequence, 0))
        from work_orders w
        join users u on u.id = @user
        left join work_order_read_cursors c on c.work_order_id = w.id and c.user_id = @user
        where w.id = @order and (
            w.owner_id = @user
            or exists (select 1 from work_order_steps s where s.work_order_id = w.id and s.assignee_id = @user)
            or (c.user_id is not null and (u.role = 'admin' or (u.role = 'manager' and u.factory_id = w.target_factory_id))))
        """,
        [("user", userId), ("order", workOrderId)],
        row => new InboxRow(userId, workOrderId, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), Handled: 0, now));

    /// <summary>Users who have read the order's chat and stand above its owner: they hear of new messages though no audience names them.</summary>
    public static Task<ImmutableArray<string>> ListReadersAsync(Database database, string workOrderId) => database.RowsOfAllUsers().ListAsync(
        """
        select c.user_id from work_order_read_cursors c
        join users u on u.id = c.user_id
        join work_orders w on w.id = c.work_order_id
        where c.work_order_id = @order and (u.role = 'admin' or (u.role = 'manager' and u.factory_id = w.target_factory_id))
        """,
        [("order", workOrderId)],
        row => row.GetString(0));

    /// <summary>Users in whose inboxes the order is, or could be because they have read its chat.</summary>
    public static Task<ImmutableArray<string>> ListConcernedAsync(Database database, string workOrderId) => database.RowsOfAllUsers().ListAsync(
        """
        select user_id from inbox_work_orders where work_order_id = @order
        union select user_id from work_order_read_cursors where work_order_id = @order
        """,
        [("order", workOrderId)],
        row => row.GetString(0));

    /// <summary>Orders whose chat the user has read, by id.</summary>
    public static Task<ImmutableArray<string>> ListReadOrdersAsync(Database database, string userId, string after, int limit) => database.ListAsync(
        """
        select work_order_id from work_order_read_cursors
        where user_id = @user and work_order_id > @after order by work_order_id limit @limit
        """,
        [("user", userId), ("after", after), ("limit", limit)],
        row => row.GetString(0));

    private static InboxRow Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetTimestamp(6));
}
