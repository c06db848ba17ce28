using System.Data.Common;
using Actors.Storage;

namespace Actors.WorkOrders;

/// <summary>The tables of an order's unbounded children: appended by commits, read by queries, never in memory.</summary>
internal static class WorkOrderRows
{
    public static readonly Table<ProgressLog> ProgressLogs = new Table<ProgressLog>("work_order_progress_logs")
        .Key("work_order_id", l => l.WorkOrderId)
        .Integer("version", l => l.Version)
        .Text("id", l => l.Id)
        .Text("step_code", l => l.StepCode)
        .Integer("completed_quantity", l => l.CompletedQuantity)
        .Integer("defective_quantity", l => l.DefectiveQuantity)
        .Text("confirmation_mode", l => WireName.Of(l.ConfirmationMode))
        .Text("confirmed_by", l => l.ConfirmedBy)
        .Timestamp("confirmed_at", l => l.ConfirmedAt)
        .Text("corrects_log_id", l => l.CorrectsLogId)
        .Text("reason", l => l.Reason);

    public static readonly Table<ChatMessage> Messages = new Table<ChatMessage>("work_order_messages")
        .Key("id", m => m.Id)
        .Text("work_order_id", m => m.WorkOrderId)
        .Integer("sequence", m => m.Sequence)
        .Text("message_type", m => WireName.Of(m.MessageType))
        .Json("payload", m => m.Payload)
        .Text("client_message_id", m => m.ClientMessageId)
        .Text("created_by", m => m.CreatedBy)
        .Timestamp("created_at", m => m.CreatedAt)
        .Timestamp("edited_at", m => m.EditedAt)
        .Timestamp("deleted_at", m => m.DeletedAt);

    public static readonly Table<ReadCursor> ReadCursors = new Table<ReadCursor>("work_order_read_cursors")
        .Key("work_order_id", c => c.WorkOrderId)
        .Key("user_id", c => c.UserId)
        .Integer("last_read_sequence", c => c.LastReadSequence)
        .Timestamp("updated_at", c => c.UpdatedAt);

    private const string LogColumns =
        "id, step_code, completed_quantity, defective_quantity, confirmation_mode, confirmed_by, confirmed_at, corrects_log_id, reason, version";

    private const string MessageColumns =
        "id, sequence, message_type, payload, client_message_id, created_by, created_at, edited_at, deleted_at";

    public static async Task<bool> CodeExistsAsync(Database database, string code) =>
        await database.FirstAsync("select id from work_orders where code = @code", [("code", code)], row => row.GetString(0)) is not null;

    public static async Task<Page<ProgressLog>> ListProgressLogsAsync(
        Database database, string workOrderId, long after, int limit, CancellationToken cancellationToken)
    {
        var logs = await database.ListAsync(
            $"select {LogColumns} from work_order_progress_logs where work_order_id = @id and version > @after order by version limit @limit",
            [("id", workOrderId), ("after", after), ("limit", limit)],
            row => ReadLog(row, workOrderId),
            cancellationToken);
        return new(logs, logs.Length == limit ? logs[^1].Version.ToString() : null);
    }

    /// <summary>A report with the sum of its corrections, or null: what it says now.</summary>
    public static Task<ProgressLog?> FindNetReportAsync(Database database, string workOrderId, string logId) => database.FirstAsync(
        """
        select l.id, l.step_code, cast(l.completed_quantity + coalesce(sum(c.completed_quantity), 0) as bigint),
               cast(l.defective_quantity + coalesce(sum(c.defective_quantity), 0) as bigint), l.confirmation_mode, l.confirmed_by,
               l.confirmed_at, l.corrects_log_id, l.reason, l.version
        from work_order_progress_logs l
        left join work_order_progress_logs c on c.work_order_id = l.work_order_id and c.corrects_log_id = l.id
        where l.work_order_id = @id and l.id = @log and l.corrects_log_id is null
        group by l.work_order_id, l.version
        """,
        [("id", workOrderId), ("log", logId)],
        row => ReadLog(row, workOrderId));

    public static async Task<Page<ChatMessage>> ListMessagesAsync(
        Database database, string workOrderId, long after, int limit, CancellationToken cancellationToken)
    {
        var messages = await database.ListAsync(
            $"select {MessageColumns} from work_order_messages where work_order_id = @id and sequence > @after order by sequence limit @limit",
            [("id", workOrderId), ("after", after), ("limit", limit)],
            row => ReadMessage(row, workOrderId),
            cancellationToken);
        return new(messages, messages.Length == limit ? messages[^1].Sequence.ToString() : null);
    }

    public static Task<ChatMessage?> FindMessageAsync(Database database, string workOrderId, string messageId) => database.FirstAsync(
        $"select {MessageColumns} from work_order_messages where work_order_id = @id and id = @message",
        [("id", workOrderId), ("message", messageId)],
        row => ReadMessage(row, workOrderId));

    /// <summary>What the user has read, and how many messages of others come after the later of that and a sequence.</summary>
    public static async Task<ReadState> FindReadStateAsync(Database database, string workOrderId, string userId, long sequence) =>
        (await database.FirstAsync(
            """
            select r.last_read, (
                select count(*) from work_order_messages m
                where m.work_order_id = @id and m.created_by <> @user and m.deleted_at is null
                  and m.sequence > @sequence and m.sequence > r.last_read)
            from (select coalesce(max(last_read_sequence), 0) as last_read from work_order_read_cursors
                  where work_order_id = @id and user_id = @user) r
            """,
            [("id", workOrderId), ("user", userId), ("sequence", sequence)],
            row => new ReadState(workOrderId, row.GetInt64(0), row.GetInt64(1))))!;

    private static ProgressLog ReadLog(DbDataReader row, string workOrderId) => new()
    {
        WorkOrderId = workOrderId,
        Id = row.GetString(0),
        StepCode = row.GetString(1),
        CompletedQuantity = row.GetInt64(2),
        DefectiveQuantity = row.GetInt64(3),
        ConfirmationMode = WireName.Parse<ConfirmationMode>(row.GetString(4)),
        ConfirmedBy = row.GetString(5),
        ConfirmedAt = row.GetTimestamp(6),
        CorrectsLogId = row.GetNullableString(7),
        Reason = row.GetNullableString(8),
        Version = row.GetInt64(9),
    };

    private static ChatMessage ReadMessage(DbDataReader row, string workOrderId) => new()
    {
        WorkOrderId = workOrderId,
        Id = row.GetString(0),
        Sequence = row.GetInt64(1),
        MessageType = WireName.Parse<MessageType>(row.GetString(2)),
        Payload = row.GetNullableString(3),
        ClientMessageId = row.GetNullableString(4),
        CreatedBy = row.GetString(5),
        CreatedAt = row.GetTimestamp(6),
        EditedAt = row.GetNullableTimestamp(7),
        DeletedAt = row.GetNullableTimestamp(8),
    };
}

/// <summary>How far a user has read an order's chat (G-003).</summary>
internal sealed record ReadCursor(string WorkOrderId, string UserId, long LastReadSequence, DateTimeOffset UpdatedAt);
